/** What a host policy closes: the node's own traffic, in both directions. */
import type { PolicyEntry } from '@sluice/datapath';
import { HOST_MARK, NODE } from '../bench.js';
import { PROTOCOL, type Family, type PacketSpec } from '../packets.js';
import { incoming, outgoing, PORT, rule, WORLD, type Arrival } from '../stage.js';
import { casesOf, type ReasonName } from './case.js';

type Over = Partial<PacketSpec>;
export const comes = (family: Family, over: Over = {}): Buffer =>
  incoming({ family, source: WORLD[family], destination: NODE[family], ...over });
export const goes = (family: Family, over: Over = {}): Arrival => ({
  data: outgoing({ family, source: NODE[family], destination: WORLD[family], ...over }),
  mark: HOST_MARK,
});

type Row = readonly [string, ReasonName, Over, (readonly PolicyEntry[])?];

/** One by one what an isolated host does not take, and does not send. */
const CLOSED: readonly Row[] = [
  ['nothing is allowed', 'DROP_POLICY_DEFAULT', {}],
  ['another port is allowed', 'DROP_POLICY_DEFAULT', { port: PORT + 1 }, [rule({ identity: 0 })]],
  ['a rule denies it', 'DROP_POLICY_DENY', {}, [rule({ identity: 0, deny: true })]],
  ['an unknown protocol', 'DROP_UNKNOWN_L4', { protocol: 47, payload: Buffer.alloc(40) }],
  ['an answer that nobody asked for', 'DROP_CT_INVALID', { flags: 0x12 }],
  ['tunnel traffic, but not of a node', 'DROP_POLICY_DEFAULT', { protocol: PROTOCOL.udp, port: 8473 }],
];
const both = (entries: readonly PolicyEntry[] = []) =>
  entries.flatMap((entry): PolicyEntry[] => [entry, { ...entry, direction: 'ingress' }]);

const closed = (send: (family: Family, over: Over) => Arrival | Buffer): Parameters<typeof casesOf>[1] =>
  CLOSED.map(([what, reason, over, entries]) => [
    `a host policy: ${what}`,
    reason,
    (s, family) => (s.hostPolicy(...both(entries)), send(family, over)),
  ]);

const REDIRECT = { protocol: PROTOCOL.icmp, port: 0x0501 };
export const TO_HOST_POLICY = casesOf('to_host', [
  ...closed(comes),
  ['a host policy: a redirect', 'DROP_ND_FORBIDDEN', (s) => (s.hostPolicy(), comes(4, REDIRECT)), 4],
]);
export const FROM_HOST = casesOf('from_host', closed(goes));
