// Original file: proto/sluice/v1/controlplane.proto

import type {
  PendingNodeInput as _sluice_v1_PendingNodeInput,
  PendingNode as _sluice_v1_PendingNode,
} from '../../sluice/v1/PendingNode.js';

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
  /**
   * why each pending node is not there
   */
  pending?: _sluice_v1_PendingNodeInput[];
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
  /**
   * why each pending node is not there
   */
  pending: _sluice_v1_PendingNode[];
}
