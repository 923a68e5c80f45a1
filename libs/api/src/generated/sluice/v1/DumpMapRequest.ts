// Original file: proto/sluice/v1/controlplane.proto

export interface DumpMapRequestInput {
  node?: string;
  /**
   * endpoints, ipcache, policy, ct, classes, metrics, config; status: what the agent says of itself; system: links, routes, rules and settings of the node
   */
  map?: string;
  limit?: number;
  filter?: string;
}

export interface DumpMapRequest {
  node: string;
  /**
   * endpoints, ipcache, policy, ct, classes, metrics, config; status: what the agent says of itself; system: links, routes, rules and settings of the node
   */
  map: string;
  limit: number;
  filter: string;
}
