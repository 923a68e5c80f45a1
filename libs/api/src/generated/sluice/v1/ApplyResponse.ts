// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyResultInput as _sluice_v1_PolicyResultInput,
  PolicyResult as _sluice_v1_PolicyResult,
} from '../../sluice/v1/PolicyResult.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';
import type {
  RealizationInput as _sluice_v1_RealizationInput,
  Realization as _sluice_v1_Realization,
} from '../../sluice/v1/Realization.js';
import type {
  ProblemInput as _sluice_v1_ProblemInput,
  Problem as _sluice_v1_Problem,
} from '../../sluice/v1/Problem.js';

export interface ApplyResponseInput {
  results?: _sluice_v1_PolicyResultInput[];
  revision?: _sluice_v1_RevisionInput | null;
  change?: string;
  /**
   * where asked for
   */
  realization?: _sluice_v1_RealizationInput | null;
  /**
   * of a dry run; a real apply fails with INVALID_ARGUMENT and the same in its details
   */
  problems?: _sluice_v1_ProblemInput[];
  /**
   * RFC 3339; the change is taken back then unless it is confirmed; empty: it holds
   */
  confirmUntil?: string;
}

export interface ApplyResponse {
  results: _sluice_v1_PolicyResult[];
  revision: _sluice_v1_Revision | null;
  change: string;
  /**
   * where asked for
   */
  realization: _sluice_v1_Realization | null;
  /**
   * of a dry run; a real apply fails with INVALID_ARGUMENT and the same in its details
   */
  problems: _sluice_v1_Problem[];
  /**
   * RFC 3339; the change is taken back then unless it is confirmed; empty: it holds
   */
  confirmUntil: string;
}
