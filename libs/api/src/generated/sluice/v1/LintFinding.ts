// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  ProblemInput as _sluice_v1_ProblemInput,
  Problem as _sluice_v1_Problem,
} from '../../sluice/v1/Problem.js';

/**
 * code: shadowed-rule, selects-nothing, unused-rule, equal-priority, ...
 */
export interface LintFindingInput {
  code?: string;
  policy?: _sluice_v1_PolicyRefInput | null;
  rule?: string;
  message?: string;
  hint?: string;
  at?: _sluice_v1_ProblemInput | null;
  /**
   * error, warning, info
   */
  level?: string;
}

/**
 * code: shadowed-rule, selects-nothing, unused-rule, equal-priority, ...
 */
export interface LintFinding {
  code: string;
  policy: _sluice_v1_PolicyRef | null;
  rule: string;
  message: string;
  hint: string;
  at: _sluice_v1_Problem | null;
  /**
   * error, warning, info
   */
  level: string;
}
