// Original file: proto/sluice/v1/controlplane.proto

export interface PoolInput {
  name?: string;
  prefix?: string;
  nodePrefixLength?: number;
  used?: number;
  capacity?: number;
}

export interface Pool {
  name: string;
  prefix: string;
  nodePrefixLength: number;
  used: number;
  capacity: number;
}
