// Original file: proto/sluice/v1/controlplane.proto

export interface ListServicesRequestInput {
  scope?: string;
}

export interface ListServicesRequest {
  scope: string;
}
