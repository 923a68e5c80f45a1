import type { PartyInput, RecordedFlowInput } from '@sluice/api';
import { NODE_FLAG } from '@sluice/datapath';
import { enrich, type Flow, type FlowPeer, type FlowResolver, type RawFlow } from '@sluice/flows';
import { IDENTITY, prefixOfLabels, reservedName, worldOf } from '@sluice/labels';

/**
 * What a row of the ring counts: RecordedFlow without node, count and times, and without empty fields. It holds nothing that loses
 * its meaning with this agent: no cookies, and no numbers of prefixes or nodes.
 */
export type RowContent = Omit<RecordedFlowInput, 'node' | 'count' | 'first' | 'last'>;

const ICMP_ECHO: Readonly<Record<string, number>> = { ICMP: 8, ICMPv6: 128 };

/** The row that an event counts in. Never fails: what is not known stays empty. */
export function rowOf(event: RawFlow, resolver: FlowResolver): RowContent {
  const flow = enrich(event, resolver);
  const [from, to] = flow.reply ? [flow.destination, flow.source] : [flow.source, flow.destination];
  return withoutEmpty({
    source: partyOf(from, flow),
    destination: partyOf(to, flow),
    protocol: flow.protocol,
    port: portOf(flow, to),
    direction: flow.direction,
    family: flow.family,
    // While policy is suspended, events tell what it would be; a row tells what happened.
    verdict: flow.defaultReason === 'mode-never' ? 'FORWARDED' : flow.verdict,
    ...decision(flow),
    ...(flow.staged === 'VERDICT_UNSPECIFIED' ? {} : staged(flow)),
  });
}

const decision = ({ rules, isolating, reason, defaultReason }: Flow): RowContent => ({
  reason: rules.length > 0 ? '' : defaultReason || (reason === 'forwarded' ? '' : reason),
  rules: [...rules],
  isolating: [...isolating],
});

const staged = (flow: Flow): RowContent => ({
  staged: flow.staged,
  stagedRules: [...flow.stagedRules],
  stagedReason: flow.stagedReason,
  stagedIsolating: [...flow.stagedIsolating],
});

/** An answer to an echo request belongs to the request; every other number is the port at which the connection was opened. */
function portOf(flow: Flow, to: FlowPeer): number {
  const echo = ICMP_ECHO[flow.protocol];
  if (echo === undefined) return to.port;
  return flow.reply ? echo : flow.icmpType;
}

function partyOf(peer: FlowPeer, { family }: Flow): PartyInput {
  const { identity, labels, node } = peer;
  if (identity === IDENTITY.HOST) return { identity, entity: 'host', node };
  const entity = reservedName(identity);
  if (entity !== null) return { identity, entity };
  if ((identity & NODE_FLAG) !== 0) return { entity: 'remote-node', node };
  if ((identity & IDENTITY.CIDR_FLAG) === 0)
    return { identity, labels: labels.map((label) => ({ ...label })) };
  const prefix = prefixOfLabels(labels)?.text ?? '';
  if (prefix !== '') return { prefix };
  // The prefix has left all policies meanwhile: what is left of it is the world.
  const world = worldOf(family === 6 ? 6 : 4);
  return { identity: world, entity: reservedName(world) ?? '' };
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === 0 || (Array.isArray(value) && value.length === 0);

function withoutEmpty(row: RowContent): RowContent {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => {
      if (isEmpty(value)) return [];
      const nested = key === 'source' || key === 'destination';
      return [[key, nested ? withoutEmpty(value as RowContent) : value]];
    }),
  );
}
