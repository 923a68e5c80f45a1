import { readFileSync } from 'node:fs';
import type { Labels } from '@sluice/labels';
import type { Provenance } from '@sluice/policy';
import { enrich, type FlowResolver } from './enrich.js';
import { matches } from './filter.js';
import { formatFlow } from './format.js';
import { EventFlag, knownReasons, reasonName } from './names.js';
import { Ring } from './ring.js';
import type { RawFlow } from './types.js';

const labels: Record<number, Labels> = {
  256: [{ source: 'k8s', key: 'app', value: 'web' }],
  257: [{ source: 'k8s', key: 'app', value: 'orders' }],
  1: [{ source: 'reserved', key: 'host', value: '' }],
};
const rule: Provenance = {
  type: 'rule',
  rules: [
    { policy: { kind: 'Policy', scope: 'shop', name: 'orders' }, uid: 'u', rule: 'ingress[0]', revision: 42 },
  ],
};
const isolating: Provenance = {
  type: 'default',
  reason: 'default-deny',
  isolating: [{ kind: 'Policy', scope: 'shop', name: 'orders' }],
};
const owners: Record<string, { workload: string; node: string }> = {
  '198.18.64.10': { workload: 'shop/web', node: 'node-1' },
  'fd00:198::20': { workload: 'shop/orders', node: 'node-2' },
};
const resolver: FlowResolver = {
  node: 'node-2',
  labels: (identity) => labels[identity] ?? null,
  owner: (address) => owners[address] ?? null,
  provenance: (cookie) => (cookie === 7 ? rule : cookie === 8 ? isolating : null),
  wallClock: (monotonic) => 1_795_000_000_000_000_000n + monotonic,
};
const raw = (over: Partial<RawFlow> = {}): RawFlow => ({
  time: 5n,
  epoch: 1n,
  source: '198.18.64.10',
  destination: 'fd00:198::20',
  sourceIdentity: 256,
  destinationIdentity: 257,
  cookie: 7,
  ifindex: 3,
  endpointId: 12,
  length: 60,
  sourcePort: 40000,
  destinationPort: 8080,
  type: 1,
  verdict: 1,
  reason: 0,
  hook: 2,
  family: 4,
  protocol: 6,
  tcpFlags: 2,
  flags: EventFlag.ingress,
  ...over,
});

describe('enrich', () => {
  it('names peers, rule and revision', () => {
    const flow = enrich(raw(), resolver);
    expect(flow).toMatchObject({
      verdict: 'FORWARDED',
      direction: 'ingress',
      hook: 'to-endpoint',
      protocol: 'TCP',
    });
    expect(flow.source).toMatchObject({ workload: 'shop/web', node: 'node-1', port: 40000 });
    expect(flow.rules[0]).toMatchObject({ rule: 'ingress[0]', revision: 42 });
    expect(flow.time).toMatch(/^2026-11-18T\d\d:\d\d:\d\d\.000000005Z$/);
  });
  it('tells a default deny with the policies that isolate', () => {
    const flow = enrich(raw({ cookie: 8, type: 2, verdict: 2, reason: 2 }), resolver);
    expect(flow).toMatchObject({
      verdict: 'DROPPED',
      reason: 'policy-default',
      defaultReason: 'default-deny',
      rules: [],
    });
    expect(flow.isolating).toHaveLength(1);
  });
  it('says no direction where no policy was asked', () => {
    expect(enrich(raw({ cookie: 0, type: 2, reason: 6, verdict: 2 }), resolver).direction).toBe('');
  });
  it('splits the type and code of ICMP from the port', () => {
    const flow = enrich(raw({ protocol: 58, destinationPort: (128 << 8) | 3, sourcePort: 9 }), resolver);
    expect(flow).toMatchObject({ icmpType: 128, icmpCode: 3 });
    expect(flow.destination.port).toBe(0);
  });
  it('tells what staged policies would do; the verdict in force is what that is not', () => {
    const staged = enrich(raw({ cookie: 8, type: 3, verdict: 2, reason: 2 }), resolver);
    expect(staged).toMatchObject({
      ...{
        verdict: 'FORWARDED',
        reason: '',
        rules: [],
        defaultReason: '',
        isolating: [],
        direction: 'ingress',
      },
      ...{ staged: 'DROPPED', stagedRules: [], stagedReason: 'default-deny' },
    });
    expect(staged.stagedIsolating).toHaveLength(1);
    const opened = enrich(raw({ cookie: 7, type: 3, verdict: 1, reason: 0 }), resolver);
    expect(opened).toMatchObject({ verdict: 'DROPPED', rules: [], staged: 'FORWARDED', stagedReason: '' });
    expect(opened.stagedRules).toHaveLength(1);
    expect(enrich(raw(), resolver).staged).toBe('VERDICT_UNSPECIFIED');
  });
  it('lets flags say self and mode-never whatever the cookie', () => {
    expect(enrich(raw({ flags: EventFlag.self }), resolver).defaultReason).toBe('self');
    expect(enrich(raw({ flags: EventFlag.modeNever }), resolver)).toMatchObject({
      defaultReason: 'mode-never',
      rules: [],
    });
  });
  it('knows every reason of the data path', () => {
    const header = readFileSync(new URL('../../../bpf/lib/types.h', import.meta.url), 'utf8');
    const numbers = [...header.matchAll(/^\t(?:DROP|REASON)_(\w+) = (\d+)/gm)].filter((m) => m[1] !== 'MAX');
    expect(numbers.map((m) => Number(m[2])).sort((a, b) => a - b)).toEqual([...knownReasons()]);
    for (const [, name, n] of numbers)
      expect(reasonName(Number(n))).toBe(name?.toLowerCase().replaceAll('_', '-'));
  });
});

describe('matches', () => {
  const flow = enrich(raw(), resolver);
  it.each([
    [{}, true],
    [{ from: ['shop/web'] }, true],
    [{ from: ['web'] }, true],
    [{ from: ['orders'] }, false],
    [{ to: ['app=orders'] }, true],
    [{ to: ['k8s:app=orders'], port: [8080] }, true],
    [{ to: ['k8s:app=orders'], port: [80] }, false],
    [{ workload: ['orders'] }, true],
    [{ verdict: ['DROPPED'] }, false],
    [{ verdict: ['DROPPED', 'FORWARDED'] }, true],
    [{ protocol: ['tcp'] }, true],
    [{ policy: ['shop/orders'] }, true],
    [{ policy: ['other'] }, false],
    [{ identity: [257] }, true],
    [{ node: ['node-1'] }, false],
  ])('%j is %s', (filter, expected) => expect(matches(flow, filter)).toBe(expected));
});

describe('matches of staged flows', () => {
  const staged = enrich(raw({ type: 3, cookie: 8, verdict: 2, reason: 2 }), resolver);
  it.each([
    [{ stagedOnly: true }, true],
    [{ stagedOnly: false }, true],
    [{ stagedOnly: true, verdict: ['FORWARDED'] }, true],
    [{ stagedOnly: true, verdict: ['DROPPED'] }, false],
    [{ policy: ['shop/orders'] }, true],
  ])('%j is %s', (filter, expected) => expect(matches(staged, filter)).toBe(expected));
  it('leaves others out', () => expect(matches(enrich(raw(), resolver), { stagedOnly: true })).toBe(false));
});

describe('formatFlow', () => {
  it('is one line with who, what and why', () => {
    expect(formatFlow(enrich(raw(), resolver))).toContain(
      'node-2 shop/web (198.18.64.10:40000) -> shop/orders ([fd00:198::20]:8080) TCP FORWARDED ingress [shop/orders ingress[0] @42]',
    );
  });
  it('shows what staged policies would do', () => {
    const staged = enrich(raw({ cookie: 8, type: 3, verdict: 2, reason: 2 }), resolver);
    expect(formatFlow(staged)).toContain(
      'TCP FORWARDED ingress [staged DROPPED: default-deny by shop/orders]',
    );
  });
  it('lets no control character through', () => {
    const evil = enrich(raw(), { ...resolver, owner: () => ({ workload: 'a\n\u001b[31mb', node: 'n' }) });
    // eslint-disable-next-line no-control-regex
    expect(formatFlow(evil)).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('Ring', () => {
  it('keeps the last items and tells a slow reader what it lost', () => {
    const ring = new Ring<number>(4);
    const reader = ring.reader(10);
    ring.push([1, 2]);
    expect(reader.take(10)).toEqual({ items: [1, 2], lost: 0 });
    ring.push([3, 4, 5, 6, 7, 8]);
    expect(reader.take(3)).toEqual({ items: [5, 6, 7], lost: 2 });
    expect(reader.take(3)).toEqual({ items: [8], lost: 0 });
    expect(reader.pending).toBe(false);
  });
  it('begins with at most the asked number of items', () => {
    const ring = new Ring<number>(4);
    ring.push([1, 2, 3, 4, 5]);
    expect(ring.reader(2).take(9).items).toEqual([4, 5]);
    expect(ring.reader(0).take(9).items).toEqual([]);
    expect(ring.reader(99).take(9)).toEqual({ items: [2, 3, 4, 5], lost: 0 });
  });
  it('refuses a capacity that holds nothing', () => expect(() => new Ring(0)).toThrow(RangeError));
});
