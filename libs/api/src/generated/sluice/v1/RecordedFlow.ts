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
import type { Long } from '@grpc/proto-loader';

/**
 * Flows alike, counted: the rows of a node's ring on disk.
 */
export interface RecordedFlowInput {
  node?: string;
  source?: _sluice_v1_PartyInput | null;
  destination?: _sluice_v1_PartyInput | null;
  protocol?: string;
  /**
   * destination port; ICMP: the type
   */
  port?: number;
  direction?: string;
  verdict?: _sluice_v1_VerdictInput;
  reason?: string;
  rules?: _sluice_v1_RuleRefInput[];
  /**
   * unspecified: not staged, or the same
   */
  staged?: _sluice_v1_VerdictInput;
  stagedRules?: _sluice_v1_RuleRefInput[];
  stagedReason?: string;
  count?: number | string | Long;
  /**
   * RFC 3339
   */
  first?: string;
  last?: string;
}

/**
 * Flows alike, counted: the rows of a node's ring on disk.
 */
export interface RecordedFlow {
  node: string;
  source: _sluice_v1_Party | null;
  destination: _sluice_v1_Party | null;
  protocol: string;
  /**
   * destination port; ICMP: the type
   */
  port: number;
  direction: string;
  verdict: _sluice_v1_Verdict;
  reason: string;
  rules: _sluice_v1_RuleRef[];
  /**
   * unspecified: not staged, or the same
   */
  staged: _sluice_v1_Verdict;
  stagedRules: _sluice_v1_RuleRef[];
  stagedReason: string;
  count: number;
  /**
   * RFC 3339
   */
  first: string;
  last: string;
}
