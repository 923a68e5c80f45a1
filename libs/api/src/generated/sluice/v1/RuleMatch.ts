// Original file: proto/sluice/v1/controlplane.proto

import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from '../../sluice/v1/RuleRef.js';

export interface RuleMatchInput {
  rule?: _sluice_v1_RuleRefInput | null;
  tier?: string;
  /**
   * allow, deny, pass
   */
  action?: string;
  /**
   * what would have to hold; empty where it matched
   */
  missing?: string;
  /**
   * matched, but never asked: a pass before it, isolation or the mode decided
   */
  skipped?: boolean;
}

export interface RuleMatch {
  rule: _sluice_v1_RuleRef | null;
  tier: string;
  /**
   * allow, deny, pass
   */
  action: string;
  /**
   * what would have to hold; empty where it matched
   */
  missing: string;
  /**
   * matched, but never asked: a pass before it, isolation or the mode decided
   */
  skipped: boolean;
}
