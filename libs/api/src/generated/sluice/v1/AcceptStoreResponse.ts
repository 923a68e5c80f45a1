// Original file: proto/sluice/v1/controlplane.proto

import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface AcceptStoreResponseInput {
  clusterUuid?: string;
  revision?: _sluice_v1_RevisionInput | null;
}

export interface AcceptStoreResponse {
  clusterUuid: string;
  revision: _sluice_v1_Revision | null;
}
