// Original file: proto/sluice/v1/controlplane.proto

export interface FailureInput {
  code?: string;
  message?: string;
}

export interface Failure {
  code: string;
  message: string;
}
