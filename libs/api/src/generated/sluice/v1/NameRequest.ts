// Original file: proto/sluice/v1/controlplane.proto

export interface NameRequestInput {
  name?: string;
}

export interface NameRequest {
  name: string;
}
