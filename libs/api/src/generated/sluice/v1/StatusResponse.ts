// Original file: proto/sluice/v1/controlplane.proto

import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';
import type {
  CheckInput as _sluice_v1_CheckInput,
  Check as _sluice_v1_Check,
} from '../../sluice/v1/Check.js';

export interface StatusResponseInput {
  clusterUuid?: string;
  revision?: _sluice_v1_RevisionInput | null;
  checks?: _sluice_v1_CheckInput[];
  version?: string;
  replica?: string;
}

export interface StatusResponse {
  clusterUuid: string;
  revision: _sluice_v1_Revision | null;
  checks: _sluice_v1_Check[];
  version: string;
  replica: string;
}
