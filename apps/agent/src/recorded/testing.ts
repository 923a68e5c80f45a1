import type { FlowResolver } from '@sluice/flows';
import type { Labels } from '@sluice/labels';
import type { Provenance } from '@sluice/policy';

const labels: Readonly<Record<number, Labels>> = {
  256: [{ source: 'k8s', key: 'app', value: 'web' }],
  257: [{ source: 'k8s', key: 'app', value: 'orders' }],
  0x1000001: [
    { source: 'cidr', key: '198.18.0.0/15', value: '' },
    { source: 'cidr', key: '198.19.0.0/16', value: '' },
    { source: 'reserved', key: 'world-ipv4', value: '' },
  ],
};
const policy = { kind: 'Policy', scope: 'shop', name: 'orders' };
const provenances: Readonly<Record<number, Provenance>> = {
  7: { type: 'rule', rules: [{ policy, uid: 'u', rule: 'ingress[0]', revision: 42 }] },
  8: { type: 'default', reason: 'default-deny', isolating: [policy] },
};

/** Names for the events of `eventOf`. */
export const resolver: FlowResolver = {
  node: 'node-2',
  labels: (identity) => labels[identity] ?? null,
  owner: () => ({ workload: '', node: 'node-1' }),
  provenance: (cookie) => provenances[cookie] ?? null,
  wallClock: (monotonic) => monotonic,
};

/** Fields of an event that tests vary; numbers as in bpf/lib/types.h `flow_event`. */
export interface EventFields {
  readonly source: number;
  readonly destination: number;
  readonly cookie: number;
  readonly sport: number;
  readonly dport: number;
  readonly type: number;
  readonly reason: number;
  readonly family: number;
  readonly protocol: number;
  readonly flags: number;
}

/** A packed event: by default web opens a TCP connection to port 8080 of orders, as rule `ingress[0]` of cookie 7 says. */
export function eventOf(over: Partial<EventFields> = {}): Buffer {
  const given = { source: 256, destination: 257, cookie: 7, sport: 40000, dport: 8080, type: 1, reason: 0 };
  const event: EventFields = { ...given, family: 4, protocol: 6, flags: 2, ...over };
  const bytes = Buffer.alloc(88);
  bytes.writeUInt32LE(event.source, 48);
  bytes.writeUInt32LE(event.destination, 52);
  bytes.writeUInt32LE(event.cookie, 56);
  bytes.writeUInt16BE(event.sport, 72);
  bytes.writeUInt16BE(event.dport, 74);
  bytes.set([event.type, event.reason === 0 ? 1 : 2, event.reason, 2, event.family, event.protocol, 2], 76);
  bytes[83] = event.flags;
  return bytes;
}
