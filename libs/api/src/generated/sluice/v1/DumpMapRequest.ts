// Original file: proto/sluice/v1/controlplane.proto

export interface DumpMapRequestInput {
  node?: string;
  /**
   * endpoints, ipcache, policy, ct, classes, metrics, config
   */
  map?: string;
  limit?: number;
  filter?: string;
}

export interface DumpMapRequest {
  node: string;
  /**
   * endpoints, ipcache, policy, ct, classes, metrics, config
   */
  map: string;
  limit: number;
  filter: string;
}
