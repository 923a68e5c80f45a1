// Original file: proto/sluice/v1/controlplane.proto

import type {
  KnownStoreInput as _sluice_v1_KnownStoreInput,
  KnownStore as _sluice_v1_KnownStore,
} from '../../sluice/v1/KnownStore.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface KnownStoresResponseInput {
  stores?: _sluice_v1_KnownStoreInput[];
  /**
   * agents that did not answer
   */
  silentNodes?: string[];
  /**
   * of the store as it is
   */
  clusterUuid?: string;
  revision?: _sluice_v1_RevisionInput | null;
}

export interface KnownStoresResponse {
  stores: _sluice_v1_KnownStore[];
  /**
   * agents that did not answer
   */
  silentNodes: string[];
  /**
   * of the store as it is
   */
  clusterUuid: string;
  revision: _sluice_v1_Revision | null;
}
