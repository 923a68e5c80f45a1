import type { PolicyRef } from '@sluice/policy';
import type { Flow, FlowPeer } from './types.js';

const ref = (policy: PolicyRef): string => `${policy.scope}/${policy.name}`;

function peerName(peer: FlowPeer, identityOnly: string): string {
  const name = peer.workload === '' ? reservedName(peer) || peer.address || identityOnly : peer.workload;
  const address = peer.address.includes(':') ? `[${peer.address}]` : peer.address;
  const place = peer.port === 0 ? peer.address : `${address}:${peer.port}`;
  return name === place || place === '' ? name : `${name} (${place})`;
}

function reservedName(peer: FlowPeer): string {
  return peer.labels.find((label) => label.source === 'reserved')?.key ?? '';
}

interface Decision {
  readonly rules: Flow['rules'];
  readonly reason: string;
  readonly isolating: Flow['isolating'];
}

function phrase({ rules: [first, ...others], reason, isolating }: Decision): string {
  if (first) {
    const more = others.length > 0 ? ` (+${others.length})` : '';
    return `${ref(first.policy)} ${first.rule} @${first.revision}${more}`;
  }
  if (reason === '') return '';
  const by = isolating.length === 0 ? '' : ` by ${isolating.map(ref).join(', ')}`;
  return `${reason}${by}`;
}

/** Which rule or which default decided, as one phrase; empty where no policy was asked, or another flow tells it. */
export function formatDecider({ rules, defaultReason, isolating }: Flow): string {
  return phrase({ rules, reason: defaultReason, isolating });
}

/** What staged policies would have decided, and which rule or default, as one phrase; empty where it is the same. */
export function formatStaged(flow: Flow): string {
  if (flow.staged === 'VERDICT_UNSPECIFIED') return '';
  const decider = phrase({
    rules: flow.stagedRules,
    reason: flow.stagedReason,
    isolating: flow.stagedIsolating,
  });
  return `staged ${flow.staged}${decider === '' ? '' : `: ${decider}`}`;
}

/**
 * One line: time, node, from -> to, protocol, verdict, direction, reason and what decided. Values come from labels and names
 * that others chose, so control characters are shown as `?`.
 */
export function formatFlow(flow: Flow): string {
  const icmp = flow.protocol.startsWith('ICMP') ? ` type ${flow.icmpType} code ${flow.icmpCode}` : '';
  const arrow = flow.reply ? '<-' : '->';
  const lost = flow.lost > 0 ? ` (${flow.lost} flows lost before)` : '';
  const decider = formatDecider(flow) || formatStaged(flow);
  const parts = [
    flow.time,
    flow.node,
    peerName(flow.source, `identity ${flow.source.identity}`),
    arrow,
    peerName(flow.destination, `identity ${flow.destination.identity}`),
    `${flow.protocol}${icmp}`,
    flow.verdict,
    flow.direction,
    flow.reason === 'forwarded' ? '' : flow.reason,
    decider === '' ? '' : `[${decider}]`,
  ];
  // eslint-disable-next-line no-control-regex
  return (parts.filter((part) => part !== '').join(' ') + lost).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
