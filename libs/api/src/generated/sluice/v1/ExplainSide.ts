// Original file: proto/sluice/v1/controlplane.proto

import type {
  PartyInput as _sluice_v1_PartyInput,
  Party as _sluice_v1_Party,
} from '../../sluice/v1/Party.js';
import type {
  VerdictInput as _sluice_v1_VerdictInput,
  Verdict as _sluice_v1_Verdict,
} from '../../sluice/v1/Verdict.js';
import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from '../../sluice/v1/RuleRef.js';
import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  RuleMatchInput as _sluice_v1_RuleMatchInput,
  RuleMatch as _sluice_v1_RuleMatch,
} from '../../sluice/v1/RuleMatch.js';

export interface ExplainSideInput {
  subject?: _sluice_v1_PartyInput | null;
  peer?: _sluice_v1_PartyInput | null;
  verdict?: _sluice_v1_VerdictInput;
  /**
   * the decider first
   */
  rules?: _sluice_v1_RuleRefInput[];
  /**
   * where no rule decided
   */
  reason?: string;
  isolating?: _sluice_v1_PolicyRefInput[];
  /**
   * all that match, in order of precedence
   */
  matched?: _sluice_v1_RuleMatchInput[];
  /**
   * exactly one requirement fails; closest first, at most 10
   */
  nearly?: _sluice_v1_RuleMatchInput[];
  /**
   * unspecified: no staged policy meets the subject
   */
  staged?: _sluice_v1_VerdictInput;
  stagedRules?: _sluice_v1_RuleRefInput[];
  /**
   * as the node's kernel has it; empty: none, or not asked for
   */
  mapEntryJson?: string;
  connectionJson?: string;
}

export interface ExplainSide {
  subject: _sluice_v1_Party | null;
  peer: _sluice_v1_Party | null;
  verdict: _sluice_v1_Verdict;
  /**
   * the decider first
   */
  rules: _sluice_v1_RuleRef[];
  /**
   * where no rule decided
   */
  reason: string;
  isolating: _sluice_v1_PolicyRef[];
  /**
   * all that match, in order of precedence
   */
  matched: _sluice_v1_RuleMatch[];
  /**
   * exactly one requirement fails; closest first, at most 10
   */
  nearly: _sluice_v1_RuleMatch[];
  /**
   * unspecified: no staged policy meets the subject
   */
  staged: _sluice_v1_Verdict;
  stagedRules: _sluice_v1_RuleRef[];
  /**
   * as the node's kernel has it; empty: none, or not asked for
   */
  mapEntryJson: string;
  connectionJson: string;
}
