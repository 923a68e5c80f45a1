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
import type { Long } from '@grpc/proto-loader';

/**
 * Flows alike, counted: a row of a node's ring on disk. Only what a policy decided is recorded, each connection in its own
 * direction. A row with `staged` counts connections once more: each of them is in a row without it too.
 */
export interface RecordedFlowInput {
  /**
   * whose policy decided
   */
  node?: string;
  /**
   * labels as they were then; `identity` and `workloads`: who has them now; 0: nobody, or no workload
   */
  source?: _sluice_v1_PartyInput | null;
  destination?: _sluice_v1_PartyInput | null;
  protocol?: string;
  /**
   * destination port; ICMP: the type
   */
  port?: number;
  direction?: string;
  verdict?: _sluice_v1_VerdictInput;
  /**
   * where no rule decided
   */
  reason?: string;
  /**
   * the decider first; empty where `staged` is told
   */
  rules?: _sluice_v1_RuleRefInput[];
  /**
   * unspecified: not staged, or the same
   */
  staged?: _sluice_v1_VerdictInput;
  stagedRules?: _sluice_v1_RuleRefInput[];
  /**
   * where no rule would have decided
   */
  stagedReason?: string;
  count?: number | string | Long;
  /**
   * RFC 3339
   */
  first?: string;
  last?: string;
  /**
   * of the reason default-deny
   */
  isolating?: _sluice_v1_PolicyRefInput[];
  stagedIsolating?: _sluice_v1_PolicyRefInput[];
  /**
   * 4 or 6
   */
  family?: number;
}

/**
 * Flows alike, counted: a row of a node's ring on disk. Only what a policy decided is recorded, each connection in its own
 * direction. A row with `staged` counts connections once more: each of them is in a row without it too.
 */
export interface RecordedFlow {
  /**
   * whose policy decided
   */
  node: string;
  /**
   * labels as they were then; `identity` and `workloads`: who has them now; 0: nobody, or no workload
   */
  source: _sluice_v1_Party | null;
  destination: _sluice_v1_Party | null;
  protocol: string;
  /**
   * destination port; ICMP: the type
   */
  port: number;
  direction: string;
  verdict: _sluice_v1_Verdict;
  /**
   * where no rule decided
   */
  reason: string;
  /**
   * the decider first; empty where `staged` is told
   */
  rules: _sluice_v1_RuleRef[];
  /**
   * unspecified: not staged, or the same
   */
  staged: _sluice_v1_Verdict;
  stagedRules: _sluice_v1_RuleRef[];
  /**
   * where no rule would have decided
   */
  stagedReason: string;
  count: number;
  /**
   * RFC 3339
   */
  first: string;
  last: string;
  /**
   * of the reason default-deny
   */
  isolating: _sluice_v1_PolicyRef[];
  stagedIsolating: _sluice_v1_PolicyRef[];
  /**
   * 4 or 6
   */
  family: number;
}
