// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyFormInput as _sluice_v1_PolicyFormInput,
  PolicyForm as _sluice_v1_PolicyForm,
} from '../../sluice/v1/PolicyForm.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

/**
 * The forms of one policy that are kept, newest first.
 */
export interface HistoryResponseInput {
  forms?: _sluice_v1_PolicyFormInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

/**
 * The forms of one policy that are kept, newest first.
 */
export interface HistoryResponse {
  forms: _sluice_v1_PolicyForm[];
  revision: _sluice_v1_Revision | null;
}
