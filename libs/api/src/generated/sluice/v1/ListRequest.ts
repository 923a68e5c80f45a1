// Original file: proto/sluice/v1/controlplane.proto

export interface ListRequestInput {
  node?: string;
}

export interface ListRequest {
  node: string;
}
