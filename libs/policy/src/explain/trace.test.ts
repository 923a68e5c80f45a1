import { buildWorld, readPolicyTests, type TestWorld } from '../policytest/index.js';
import {
  ConnectionError,
  explain,
  PolicyForms,
  traceIn,
  type ShownExplanation,
  type TraceQuestion,
} from './index.js';

const WORLD = `apiVersion: sluice.dev/v1
kind: PolicyTest
metadata: { name: t }
spec:
  enforcement: default
  policies:
    - apiVersion: sluice.dev/v1
      kind: Policy
      metadata: { name: db, namespace: shop }
      spec:
        endpointSelector: { matchLabels: { app: db } }
        ingress:
          - fromEndpoints: [{ matchLabels: { app: web, tier: front } }]
            toPorts: [{ ports: [{ port: '5432', protocol: TCP }, { port: '8000', endPort: 8100, protocol: TCP }] }]
          - fromCIDRSet: [{ cidr: 198.19.0.0/16, except: [198.19.7.0/24] }]
          - fromCIDR: [198.18.0.0/24]
            toPorts: [{ ports: [{ port: pg, protocol: TCP }] }]
        ingressDeny:
          - fromEndpoints: [{ matchLabels: { app: bad } }]
    - apiVersion: sluice.dev/v1
      kind: ClusterPolicy
      metadata: { name: gate }
      spec:
        tier: admin
        priority: 5
        endpointSelector: { matchLabels: { app: db } }
        rules:
          - { direction: ingress, action: pass, fromEndpoints: [{ matchLabels: { app: web } }] }
          - { direction: ingress, action: deny, fromEndpoints: [{ matchLabels: { app: web } }] }
    - apiVersion: sluice.dev/v1
      kind: Policy
      metadata: { name: staged, namespace: shop }
      spec:
        enforcement: audit
        endpointSelector: { matchLabels: { app: db } }
        ingressDeny: [{ fromEndpoints: [{}] }]
  workloads:
    - { name: web, namespace: shop, labels: { app: web, tier: front }, addresses: [198.18.0.8] }
    - { name: job, namespace: shop, labels: { app: web, tier: back } }
    - { name: db, namespace: shop, labels: { app: db }, addresses: [198.18.0.9], ports: [{ name: pg, port: 5432 }] }
`;

function world(): TestWorld {
  const { tests, errors } = readPolicyTests(WORLD, 't.yaml');
  expect(errors).toEqual([]);
  const built = buildWorld(tests[0]!, new Map());
  expect(built.errors).toEqual([]);
  return built.world!;
}
const NAMESPACES = { fromNamespace: 'shop', toNamespace: 'shop' };
const trace = (from: string, to: string, port: string, more: Partial<TraceQuestion> = {}): ShownExplanation =>
  traceIn(world(), { from, to, port, protocol: 'TCP', ...NAMESPACES, ...more });
const ingress = (answer: ShownExplanation) => answer.ingress!;
const missing = (answer: ShownExplanation) =>
  ingress(answer).nearly.map((r) => `${r.rule.rule}: ${r.missing}`);

describe('a trace in the world of a PolicyTest', () => {
  it('names the decider, all that match in their order, and what is skipped', () => {
    const answer = trace('web', 'db', '5432');
    expect(answer).toMatchObject({ verdict: 'FORWARDED', revision: null, notes: [] });
    expect(answer.egress).toMatchObject({ verdict: 'FORWARDED', reason: 'default-allow', rules: [] });
    const { rules, matched, staged, stagedRules, subject, peer } = ingress(answer);
    expect(rules.map((r) => `${r.policy.name} ${r.rule}`)).toEqual(['db ingress[0]']);
    expect(matched.map((r) => `${r.tier} ${r.rule.rule} ${r.action} ${r.skipped}`)).toEqual([
      'admin rules[0] pass false',
      'normal ingress[0] allow false',
      'admin rules[1] deny true',
    ]);
    expect([staged, stagedRules.map((r) => r.rule)]).toEqual(['DROPPED', ['ingressDeny[0]']]);
    expect([subject.workloads, peer.workloads]).toEqual([['shop/db'], ['shop/web']]);
  });

  it('tells the closest first: port, label value, address', () => {
    const answer = trace('web', 'db', '5433');
    expect(answer.verdict).toBe('DROPPED');
    expect(ingress(answer)).toMatchObject({ reason: 'default-deny', isolating: [{ name: 'db' }] });
    expect(missing(answer)).toEqual([
      'ingress[0]: port 5433 is not 5432',
      'ingressDeny[0]: the source has label k8s:app=web, not app=bad',
    ]);
    expect(missing(trace('web', 'db', '7990'))[0]).toBe('ingress[0]: port 7990 is not in 8000-8100');
    expect(missing(trace('job', 'db', '5432'))).toContain('ingress[0]: the source has label k8s:tier=back, not tier=front'); // prettier-ignore
    expect(missing(trace('web', 'db', '5432', { protocol: 'UDP' }))[0]).toBe(
      'ingress[0]: protocol UDP is not TCP',
    );
  });

  it('tells of exceptions, and of prefixes that name workloads', () => {
    expect(missing(trace('198.19.7.1', 'db', '80'))).toContain('ingress[1]: the source is in 198.19.7.0/24, an exception of 198.19.0.0/16'); // prettier-ignore
    expect(missing(trace('198.18.1.1', 'db', '5432'))).toContain(
      'ingress[2]: the source is not in 198.18.0.0/24',
    );
    expect(missing(trace('web', 'db', '5432'))).toContain(
      'ingress[2]: the source has 198.18.0.8/32, which is in 198.18.0.0/24, but CIDR peers match neither workloads nor nodes',
    );
    expect(trace('198.19.1.1', 'db', 'pg')).toMatchObject({ verdict: 'FORWARDED', egress: null });
  });

  it('takes labels of workloads that need not exist', () => {
    expect(trace('k8s:app=web,k8s:tier=front', 'db', '5432').verdict).toBe('FORWARDED');
    const other = trace('k8s:app=web,tier=front', 'db', '5432', { fromNamespace: 'bank' });
    expect(other.verdict).toBe('DROPPED');
    expect(missing(other)).toContain('ingress[0]: the source is in namespace bank, not in shop');
    const said = trace('k8s:app=web,k8s:tier=front,k8s:io.kubernetes.pod.namespace=shop', 'db', '5432', { fromNamespace: 'bank' }); // prettier-ignore
    expect(said.verdict).toBe('FORWARDED');
    const lone = trace('k8s:app=web', 'app=db,x=y', '5432');
    expect(missing(lone)).toContain('ingress[0]: the source lacks label tier=front');
    // Two workloads of equal labels are two workloads.
    expect(trace('app=db', 'app=db', '80').verdict).toBe('DROPPED');
    expect(trace('db', 'db', '80')).toMatchObject({
      verdict: 'FORWARDED',
      notes: ['a workload always reaches itself'],
    });
  });

  it('says where several packets are meant and not treated alike', () => {
    const { verdict, notes } = trace('web', 'db', '5432', { protocol: 'ANY' });
    expect(verdict).toBe('DROPPED');
    expect(notes[0]).toContain('TCP over IPv4 is allowed, UDP over IPv4 is denied');
  });

  it.each([
    ['nobody', 'db', '80', 'TCP', 'there is no workload'],
    ['world', 'none', '80', 'TCP', 'neither end has a policy'],
    ['web', 'db', '70000', 'TCP', 'a port is a number from 1 to 65535'],
    ['web', 'db', '300', 'ICMP', 'its type'],
    ['web', 'db', 'http', 'TCP', 'has no TCP port "http"'],
    ['web', 'db', '80', 'IGMP', 'protocol "IGMP" is not known'],
    ['reserved:host=', 'db', '80', 'TCP', 'name the entity'],
    ['web', 'a b=,=c', '80', 'TCP', 'empty key'],
  ])('refuses %s to %s on %s/%s', (from, to, port, protocol, message) => {
    const ask = () => trace(from, to, port, { protocol });
    expect(ask).toThrow(ConnectionError);
    expect(ask).toThrow(message);
  });
});

describe('a large world', () => {
  const document = (i: number, app: string) => ({
    apiVersion: 'sluice.dev/v1',
    kind: 'Policy',
    metadata: { name: `p${i}`, namespace: 'shop' },
    spec: {
      endpointSelector: { matchLabels: { app } },
      ingress: [{ fromEndpoints: [{ matchLabels: { app: `a${i % 500}` } }], toPorts: [{ ports: [{ port: String(1000 + i), protocol: 'TCP' }] }] }],
    },
  }); // prettier-ignore
  const labels = (app: string) => [
    { source: 'k8s' as const, key: 'app', value: app },
    { source: 'k8s' as const, key: 'io.kubernetes.pod.namespace', value: 'shop' },
  ];
  const large = (appOf: (i: number) => string) => ({
    mode: 'always' as const,
    policies: Array.from({ length: 10_000 }, (_, i) => ({
      kind: 'Policy',
      scope: 'shop',
      name: `p${i}`,
      uid: `u${i}`,
      revision: i,
      document: document(i, appOf(i)),
    })),
    identities: Array.from({ length: 65_000 }, (_, i) => ({ id: 256 + i, labels: labels(`a${i % 500}`) })),
    namespaces: {},
  });
  const question = {
    subject: 257,
    peer: 258,
    family: 4,
    direction: 'ingress',
    protocol: 6,
    port: 1002,
  } as const;

  it.each([
    ['a few of them about the subject', (i: number) => `a${i % 500}`],
    ['all of them about the subject', () => 'a1'],
  ])(
    'of 10,000 policies, %s, and 65,000 identities answers in a second of processor time',
    (_, appOf) => {
      const here = large(appOf);
      const forms = new PolicyForms();
      for (const policy of here.policies) forms.of(policy);
      const start = process.cpuUsage();
      const answer = explain(here, question, { forms });
      const { user, system } = process.cpuUsage(start);
      expect(answer.nearly.length).toBeGreaterThan(0);
      expect(user + system).toBeLessThan(1e6);
    },
    60_000,
  );
});
