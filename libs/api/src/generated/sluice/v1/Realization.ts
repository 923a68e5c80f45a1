// Original file: proto/sluice/v1/controlplane.proto

export interface RealizationInput {
  realized?: boolean;
  realizedNodes?: string[];
  /**
   * alive, not there yet at the deadline
   */
  pendingNodes?: string[];
  /**
   * no alive key: not waited for
   */
  silentNodes?: string[];
}

export interface Realization {
  realized: boolean;
  realizedNodes: string[];
  /**
   * alive, not there yet at the deadline
   */
  pendingNodes: string[];
  /**
   * no alive key: not waited for
   */
  silentNodes: string[];
}
