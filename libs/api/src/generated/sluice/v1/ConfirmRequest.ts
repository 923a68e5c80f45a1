// Original file: proto/sluice/v1/controlplane.proto

export interface ConfirmRequestInput {
  change?: string;
}

export interface ConfirmRequest {
  change: string;
}
