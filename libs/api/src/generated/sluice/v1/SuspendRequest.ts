// Original file: proto/sluice/v1/controlplane.proto

export interface SuspendRequestInput {
  seconds?: number;
  reason?: string;
}

export interface SuspendRequest {
  seconds: number;
  reason: string;
}
