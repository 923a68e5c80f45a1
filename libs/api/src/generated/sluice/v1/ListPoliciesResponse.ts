// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyInput as _sluice_v1_PolicyInput,
  Policy as _sluice_v1_Policy,
} from '../../sluice/v1/Policy.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ListPoliciesResponseInput {
  policies?: _sluice_v1_PolicyInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

export interface ListPoliciesResponse {
  policies: _sluice_v1_Policy[];
  revision: _sluice_v1_Revision | null;
}
