import type { Labels } from '@sluice/labels';
import type { Provenance } from '@sluice/policy';
import { EventFlag, EventType, hookName, isPolicyReason, protocolName, reasonName } from './names.js';
import type { Flow, FlowPeer, FlowVerdict, RawFlow } from './types.js';

/** What a flow's numbers are looked up in. Absent is null: a flow is told with what is known, never withheld. */
export interface FlowResolver {
  readonly node: string;
  labels(identity: number): Labels | null;
  /** The workload (`scope/name`, empty for a node's own address) and node that have an address. */
  owner(address: string): { readonly workload: string; readonly node: string } | null;
  provenance(cookie: number): Provenance | null;
  /** Wall-clock nanoseconds since 1970 of a CLOCK_MONOTONIC time. */
  wallClock(monotonic: bigint): bigint;
}

const NANOSECONDS = 1_000_000_000n;
const ICMP = new Set([1, 58]);

/** RFC 3339 in UTC with nine decimals. */
export function formatTime(nanoseconds: bigint): string {
  const seconds = Number(nanoseconds / NANOSECONDS);
  const fraction = String(nanoseconds % NANOSECONDS).padStart(9, '0');
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, `.${fraction}Z`);
}

function peer(resolver: FlowResolver, address: string, port: number, identity: number): FlowPeer {
  const owner = address === '' ? null : resolver.owner(address);
  return {
    address,
    port,
    identity,
    labels: resolver.labels(identity) ?? [],
    workload: owner?.workload ?? '',
    node: owner?.node ?? '',
  };
}

/** Flags say more than a cookie: what was let through without asking any rule. */
function provenanceOf(raw: RawFlow, resolver: FlowResolver): Provenance | null {
  if (raw.flags & EventFlag.self) return { type: 'default', reason: 'self', isolating: [] };
  if (raw.flags & EventFlag.modeNever) return { type: 'default', reason: 'mode-never', isolating: [] };
  return raw.cookie === 0 ? null : resolver.provenance(raw.cookie);
}

/** Whether a policy was asked at all, so that a direction means something. */
function asked(raw: RawFlow): boolean {
  const { verdict, staged } = EventType;
  return raw.cookie !== 0 || raw.type === verdict || raw.type === staged || isPolicyReason(raw.reason);
}

/** What a policy, or the lack of one, decided: the verdict, and why. */
interface Decision {
  readonly verdict: FlowVerdict;
  readonly rules: Flow['rules'];
  readonly reason: Flow['defaultReason'];
  readonly isolating: Flow['isolating'];
}

const UNTOLD = { rules: [], reason: '', isolating: [] } as const;

function decisionOf(raw: RawFlow, resolver: FlowResolver): Decision {
  const verdict = raw.reason === 0 ? 'FORWARDED' : 'DROPPED';
  const provenance = provenanceOf(raw, resolver);
  if (provenance === null) return { verdict, ...UNTOLD };
  if (provenance.type === 'rule') return { verdict, ...UNTOLD, rules: provenance.rules };
  return { verdict, rules: [], reason: provenance.reason, isolating: provenance.isolating };
}

/** The verdict in force where the event tells only that staged policies differ. */
const opposite = (verdict: FlowVerdict): FlowVerdict => (verdict === 'DROPPED' ? 'FORWARDED' : 'DROPPED');

type Decided = Pick<Flow, 'verdict' | 'reason' | 'rules' | 'defaultReason' | 'isolating'> &
  Pick<Flow, 'staged' | 'stagedRules' | 'stagedReason' | 'stagedIsolating'>;

function decided(raw: RawFlow, resolver: FlowResolver): Decided {
  const { verdict, rules, reason, isolating } = decisionOf(raw, resolver);
  if (raw.type === EventType.staged)
    return {
      ...{ verdict: opposite(verdict), reason: '', rules: [], defaultReason: '', isolating: [] },
      ...{ staged: verdict, stagedRules: rules, stagedReason: reason, stagedIsolating: isolating },
    };
  return {
    ...{ verdict, reason: reasonName(raw.reason), rules, defaultReason: reason, isolating },
    ...{ staged: 'VERDICT_UNSPECIFIED', stagedRules: [], stagedReason: '', stagedIsolating: [] },
  };
}

/** Turns an event into a flow; never fails: what is not known stays empty. */
export function enrich(raw: RawFlow, resolver: FlowResolver, lost = 0): Flow {
  const icmp = ICMP.has(raw.protocol);
  return {
    time: formatTime(resolver.wallClock(raw.time)),
    node: resolver.node,
    ...decided(raw, resolver),
    hook: hookName(raw.hook),
    direction: asked(raw) ? (raw.flags & EventFlag.ingress ? 'ingress' : 'egress') : '',
    protocol: raw.family === 0 ? '' : protocolName(raw.protocol),
    family: raw.family,
    source: peer(resolver, raw.source, icmp ? 0 : raw.sourcePort, raw.sourceIdentity),
    destination: peer(resolver, raw.destination, icmp ? 0 : raw.destinationPort, raw.destinationIdentity),
    reply: (raw.flags & EventFlag.reply) !== 0,
    icmpType: icmp ? raw.destinationPort >> 8 : 0,
    icmpCode: icmp ? raw.destinationPort & 0xff : 0,
    length: raw.length,
    tcpFlags: raw.tcpFlags,
    lost,
  };
}
