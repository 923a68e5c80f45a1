import type { Labels } from '@sluice/labels';
import type { DefaultReason, PolicyRef, RuleOrigin } from '@sluice/policy';

/** One event of the data path, decoded but not yet named: numbers as bpf/lib/types.h `flow_event` has them. */
export interface RawFlow {
  /** CLOCK_MONOTONIC nanoseconds. */
  readonly time: bigint;
  readonly epoch: bigint;
  /** Addresses as text; empty where the packet is neither IPv4 nor IPv6. */
  readonly source: string;
  readonly destination: string;
  readonly sourceIdentity: number;
  readonly destinationIdentity: number;
  /** 0: no policy was asked. */
  readonly cookie: number;
  readonly ifindex: number;
  readonly endpointId: number;
  readonly length: number;
  /** Host order. ICMP: type << 8 | code in destinationPort. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly type: number;
  readonly verdict: number;
  readonly reason: number;
  readonly hook: number;
  readonly family: number;
  readonly protocol: number;
  readonly tcpFlags: number;
  readonly flags: number;
}

export type FlowVerdict = 'FORWARDED' | 'DROPPED';

/** One side of a flow, as flows.proto `FlowPeer`. */
export interface FlowPeer {
  readonly address: string;
  readonly port: number;
  readonly identity: number;
  readonly labels: Labels;
  readonly workload: string;
  readonly node: string;
}

/** A rule that decided, as common.proto `RuleRef`. */
export type FlowRule = RuleOrigin;

/**
 * One flow, as flows.proto `Flow` (camel case, enums as names, 64-bit numbers as numbers).
 *
 * Where `staged` is told, the event is about the staged policies alone and stands beside the one that tells the verdict in force.
 * The kernel tells it only where the two differ, so `verdict` is the opposite of `staged`; why it is so stands in the other event,
 * and `reason`, `rules`, `defaultReason` and `isolating` are empty.
 */
export interface Flow {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly node: string;
  readonly verdict: FlowVerdict;
  readonly reason: string;
  readonly hook: string;
  /** Whose policy decided: `ingress`, `egress`; empty where none was asked. */
  readonly direction: string;
  readonly protocol: string;
  readonly family: number;
  readonly source: FlowPeer;
  readonly destination: FlowPeer;
  readonly reply: boolean;
  readonly rules: readonly FlowRule[];
  readonly defaultReason: DefaultReason | '';
  readonly isolating: readonly PolicyRef[];
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly length: number;
  readonly tcpFlags: number;
  /** Flows lost before this one. */
  readonly lost: number;
  /** What staged policies would have decided. */
  readonly staged: FlowVerdict | 'VERDICT_UNSPECIFIED';
  readonly stagedRules: readonly FlowRule[];
  readonly stagedReason: DefaultReason | '';
  readonly stagedIsolating: readonly PolicyRef[];
}

/** As flows.proto `FlowFilter`: lists are alternatives, fields must all hold; an empty or absent list holds. */
export interface FlowFilter {
  readonly node?: readonly string[];
  readonly workload?: readonly string[];
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly verdict?: readonly string[];
  readonly protocol?: readonly string[];
  readonly port?: readonly number[];
  readonly policy?: readonly string[];
  readonly identity?: readonly number[];
  /** Only flows that tell what staged policies would have decided. */
  readonly stagedOnly?: boolean;
}
