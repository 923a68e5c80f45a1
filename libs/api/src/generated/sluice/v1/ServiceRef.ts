// Original file: proto/sluice/v1/controlplane.proto

export interface ServiceRefInput {
  scope?: string;
  name?: string;
}

export interface ServiceRef {
  scope: string;
  name: string;
}
