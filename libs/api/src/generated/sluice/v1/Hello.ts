// Original file: proto/sluice/v1/controlplane.proto

export interface HelloInput {
  node?: string;
  version?: string;
}

export interface Hello {
  node: string;
  version: string;
}
