// Original file: proto/sluice/v1/controlplane.proto

import type {
  IdentityInput as _sluice_v1_IdentityInput,
  Identity as _sluice_v1_Identity,
} from '../../sluice/v1/Identity.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ListIdentitiesResponseInput {
  identities?: _sluice_v1_IdentityInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

export interface ListIdentitiesResponse {
  identities: _sluice_v1_Identity[];
  revision: _sluice_v1_Revision | null;
}
