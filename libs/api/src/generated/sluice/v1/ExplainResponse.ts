// Original file: proto/sluice/v1/controlplane.proto

import type {
  VerdictInput as _sluice_v1_VerdictInput,
  Verdict as _sluice_v1_Verdict,
} from '../../sluice/v1/Verdict.js';
import type {
  ExplainSideInput as _sluice_v1_ExplainSideInput,
  ExplainSide as _sluice_v1_ExplainSide,
} from '../../sluice/v1/ExplainSide.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ExplainResponseInput {
  verdict?: _sluice_v1_VerdictInput;
  /**
   * absent: nobody's policy is asked there
   */
  egress?: _sluice_v1_ExplainSideInput | null;
  ingress?: _sluice_v1_ExplainSideInput | null;
  revision?: _sluice_v1_RevisionInput | null;
  notes?: string[];
}

export interface ExplainResponse {
  verdict: _sluice_v1_Verdict;
  /**
   * absent: nobody's policy is asked there
   */
  egress: _sluice_v1_ExplainSide | null;
  ingress: _sluice_v1_ExplainSide | null;
  revision: _sluice_v1_Revision | null;
  notes: string[];
}
