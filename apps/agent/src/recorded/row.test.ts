import { decodeFlowEvent } from '@sluice/datapath';
import { rowOf } from './row.js';
import { eventOf, resolver, type EventFields } from './testing.js';

const row = (over: Partial<EventFields> = {}) => rowOf(decodeFlowEvent(eventOf(over)), resolver);

describe('rowOf', () => {
  it('names peers by labels and the decider by policy, uid, rule and revision', () =>
    expect(row()).toEqual({
      source: { identity: 256, labels: [{ source: 'k8s', key: 'app', value: 'web' }] },
      destination: { identity: 257, labels: [{ source: 'k8s', key: 'app', value: 'orders' }] },
      ...{ protocol: 'TCP', port: 8080, direction: 'ingress', family: 4, verdict: 'FORWARDED' },
      rules: [
        {
          policy: { kind: 'Policy', scope: 'shop', name: 'orders' },
          ...{ uid: 'u', rule: 'ingress[0]', revision: 42 },
        },
      ],
    }));
  it('turns an answer into the connection that it belongs to', () => {
    const answer = { source: 257, destination: 256, sport: 8080, dport: 40000, flags: 3 };
    expect(row(answer)).toEqual(row());
    const pong = { source: 257, destination: 256, sport: 0, dport: 0, protocol: 1, flags: 3 };
    expect(row(pong)).toMatchObject({ protocol: 'ICMP', port: 8, source: { identity: 256 } });
    expect(row({ protocol: 1, dport: 8 << 8 })).toMatchObject({ protocol: 'ICMP', port: 8 });
  });
  it('keeps prefixes and nodes by name: their numbers are the node’s own', () => {
    expect(row({ destination: 0x1000001, flags: 0 }).destination).toEqual({ prefix: '198.19.0.0/16' });
    expect(row({ source: (1 << 25) | 3 }).source).toEqual({ entity: 'remote-node', node: 'node-1' });
    expect(row({ source: 9 }).source).toEqual({ identity: 9, entity: 'world-ipv4' });
    expect(row({ source: 1 }).source).toEqual({ identity: 1, entity: 'host', node: 'node-1' });
    expect(row({ source: 0x1000009 }).source).toEqual({ identity: 9, entity: 'world-ipv4' });
  });
  it('tells why where no rule decided', () => {
    expect(row({ type: 2, reason: 2, cookie: 8 })).toMatchObject({
      ...{ verdict: 'DROPPED', reason: 'default-deny' },
      isolating: [{ kind: 'Policy', scope: 'shop', name: 'orders' }],
    });
    expect(row({ type: 2, reason: 4, cookie: 0 })).toMatchObject({ verdict: 'DROPPED', reason: 'lockdown' });
  });
  it('counts what passed while policy was suspended as let through', () =>
    expect(row({ reason: 2, flags: 2 | 16 })).toMatchObject({ verdict: 'FORWARDED', reason: 'mode-never' }));
  it('tells what staged policies would decide', () => {
    const staged = row({ type: 3, reason: 2, cookie: 8 });
    expect(staged).toMatchObject({ verdict: 'FORWARDED', staged: 'DROPPED', stagedReason: 'default-deny' });
    expect(staged).toHaveProperty('stagedIsolating');
    expect(staged).not.toHaveProperty('rules');
    expect(staged).not.toHaveProperty('reason');
    expect(row()).not.toHaveProperty('staged');
  });
});
