// Original file: proto/sluice/v1/flows.proto

import type {
  VerdictInput as _sluice_v1_VerdictInput,
  Verdict as _sluice_v1_Verdict,
} from '../../sluice/v1/Verdict.js';
import type {
  FlowPeerInput as _sluice_v1_FlowPeerInput,
  FlowPeer as _sluice_v1_FlowPeer,
} from '../../sluice/v1/FlowPeer.js';
import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from '../../sluice/v1/RuleRef.js';
import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

export interface FlowInput {
  /**
   * RFC 3339 with nanoseconds
   */
  time?: string;
  node?: string;
  verdict?: _sluice_v1_VerdictInput;
  /**
   * forwarded, policy-deny, policy-default, spoof-addr, ...
   */
  reason?: string;
  hook?: string;
  /**
   * whose policy decided: ingress | egress
   */
  direction?: string;
  /**
   * TCP, UDP, SCTP, ICMP, ICMPv6 or a number
   */
  protocol?: string;
  family?: number;
  source?: _sluice_v1_FlowPeerInput | null;
  destination?: _sluice_v1_FlowPeerInput | null;
  reply?: boolean;
  /**
   * the decider first
   */
  rules?: _sluice_v1_RuleRefInput[];
  /**
   * default-deny, default-allow, mode-never, self, local-host, infrastructure
   */
  defaultReason?: string;
  isolating?: _sluice_v1_PolicyRefInput[];
  icmpType?: number;
  icmpCode?: number;
  length?: number;
  tcpFlags?: number;
  /**
   * flows lost before this one (slow reader, full ring)
   */
  lost?: number | string | Long;
  /**
   * What the staged policies would have said; unspecified: the same, or none are staged. Such a flow is told beside the one that
   * tells the verdict in force: here that verdict is only what `staged` is not, and reason, rules and default_reason are empty.
   */
  staged?: _sluice_v1_VerdictInput;
  stagedRules?: _sluice_v1_RuleRefInput[];
  /**
   * where no rule would have decided: default-deny, ...
   */
  stagedReason?: string;
  stagedIsolating?: _sluice_v1_PolicyRefInput[];
}

export interface Flow {
  /**
   * RFC 3339 with nanoseconds
   */
  time: string;
  node: string;
  verdict: _sluice_v1_Verdict;
  /**
   * forwarded, policy-deny, policy-default, spoof-addr, ...
   */
  reason: string;
  hook: string;
  /**
   * whose policy decided: ingress | egress
   */
  direction: string;
  /**
   * TCP, UDP, SCTP, ICMP, ICMPv6 or a number
   */
  protocol: string;
  family: number;
  source: _sluice_v1_FlowPeer | null;
  destination: _sluice_v1_FlowPeer | null;
  reply: boolean;
  /**
   * the decider first
   */
  rules: _sluice_v1_RuleRef[];
  /**
   * default-deny, default-allow, mode-never, self, local-host, infrastructure
   */
  defaultReason: string;
  isolating: _sluice_v1_PolicyRef[];
  icmpType: number;
  icmpCode: number;
  length: number;
  tcpFlags: number;
  /**
   * flows lost before this one (slow reader, full ring)
   */
  lost: number;
  /**
   * What the staged policies would have said; unspecified: the same, or none are staged. Such a flow is told beside the one that
   * tells the verdict in force: here that verdict is only what `staged` is not, and reason, rules and default_reason are empty.
   */
  staged: _sluice_v1_Verdict;
  stagedRules: _sluice_v1_RuleRef[];
  /**
   * where no rule would have decided: default-deny, ...
   */
  stagedReason: string;
  stagedIsolating: _sluice_v1_PolicyRef[];
}
