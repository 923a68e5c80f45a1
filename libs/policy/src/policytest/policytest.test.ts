import {
  buildWorld,
  naiveEngine,
  readPolicyTests,
  resolverEngine,
  runPolicyTest,
  type ExpectationResult,
} from './index.js';

const HEAD = 'apiVersion: sluice.dev/v1\nkind: PolicyTest\nmetadata: { name: t }\n';
const POLICY = `apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: db, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: db } }
  ingress:
    - fromEndpoints: [{ matchLabels: { app: web } }]
      toPorts: [{ ports: [{ port: '5432', protocol: TCP }] }]
    - fromCIDR: [198.19.0.0/16]
  ingressDeny:
    - fromCIDR: [198.19.7.0/24]
`;
const WORLD = `
  enforcement: default
  policies: [db.yaml]
  workloads:
    - { name: web, namespace: shop, labels: { app: web } }
    - { name: db, namespace: shop, labels: { app: db }, addresses: [198.18.0.9], ports: [{ name: pg, port: 5432 }] }
    - { name: db2, namespace: shop, labels: { app: db } }
`;

const ENGINES = [naiveEngine, resolverEngine];

function outcome(expect: string, engine = ENGINES[0]!) {
  const { tests, errors } = readPolicyTests(`${HEAD}spec:${WORLD}  expect:\n${expect}`, 't.yaml');
  const [test] = tests;
  if (!test) return { results: [], errors };
  const built = buildWorld(test, new Map([['db.yaml', POLICY]]));
  if (!built.world) return { results: [], errors: built.errors };
  return runPolicyTest(test, built.world, engine());
}

const line = (text: string) => `    - { ${text} }\n`;

describe('a policy test', () => {
  it.each(ENGINES.map((engine) => [engine().name, engine] as const))(
    'engine %s answers each expectation',
    (_, engine) => {
      const { results, errors } = outcome(
        [
          'from: shop/web, to: shop/db, port: 5432, verdict: allow',
          'from: web, to: db, port: pg, verdict: allow',
          'from: web, to: 198.18.0.9, port: 5432, verdict: allow',
          'from: web, to: db, port: 5433, verdict: allow',
          'from: web, to: db, protocol: ANY, port: 5432, verdict: allow',
          'from: db, to: db, port: 1, verdict: allow',
          'from: db, to: db2, port: 1, verdict: deny',
          'from: 198.19.1.1, to: db, verdict: allow',
          'from: 198.19.7.1, to: db, verdict: deny',
          'from: world, to: db, port: 5432, verdict: deny',
          'from: db, to: world, port: 5432, verdict: allow',
          'from: 198.19.1.1, to: db, protocol: ICMP, port: 8, verdict: allow',
        ]
          .map(line)
          .join(''),
        engine,
      );
      expect(errors).toEqual([]);
      const all = results as ExpectationResult[];
      expect(all.map((r) => `${r.verdict} ${r.passed}`)).toEqual([
      'allow true', 'allow true', 'allow true', 'deny false', 'mixed false', 'allow true', 'deny true', 'allow true', 'deny true',
      'deny true', 'allow true', 'allow true',
    ]); // prettier-ignore
      expect(all[0]).toMatchObject({
        test: 't',
        protocol: 'TCP',
        port: 5432,
        egress: { verdict: 'allow', policy: null, rule: null, reason: 'default-allow' },
        ingress: { verdict: 'allow', policy: 'Policy/shop/db', rule: 'ingress[0]', reason: 'rule' },
      });
      expect(all[5]).toMatchObject({ egress: { reason: 'self' }, ingress: { reason: 'self' } });
      expect(all[8]).toMatchObject({ egress: null, ingress: { rule: 'ingressDeny[0]' } });
      expect(all[9]?.ingress?.reason).toBe('default-deny');
    },
  );

  it('says at its place what an expectation cannot mean', () => {
    const { errors } = outcome(
      ['from: nobody, to: db, port: 1, verdict: allow', 'from: web, to: db, port: http, verdict: allow', 'from: world, to: none, verdict: deny', 'from: web, to: db, protocol: ICMP, verdict: deny'].map(line).join(''), // prettier-ignore
    );
    expect(errors.map((e) => `${e.line} ${e.path} ${e.message}`)).toEqual([
      '12 $.spec.expect[0].from there is no workload "nobody"',
      '13 $.spec.expect[1].port shop/db has no TCP port "http"',
      '14 $.spec.expect[2] neither end has a policy: name a workload or a node',
      '15 $.spec.expect[3].port the port of ICMP is its type, a number from 0 to 255',
    ]);
  });

  it('refuses a document of another shape, all mistakes at once', () => {
    const { errors } = readPolicyTests(`${HEAD}spec:\n  enforcment: always\n  expect:\n    - { from: a, to: b, verdict: yes }\n`, 't.yaml'); // prettier-ignore
    expect(errors.map((e) => `${e.line} ${e.path}`)).toEqual([
      '5 $.spec.enforcment',
      '7 $.spec.expect[0].verdict',
    ]);
    expect(errors[0]?.hint).toContain('enforcement');
    expect(readPolicyTests('', 'x').errors).toHaveLength(1);
    expect(readPolicyTests('a: [', 'x').errors.length).toBeGreaterThan(0);
  });

  it('answers 20,000 expectations within 5 s of processor time', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => line(`from: web, to: db, port: ${1 + (i % 65535)}, verdict: ${i === 5431 ? 'allow' : 'deny'}`)); // prettier-ignore
    const start = process.cpuUsage();
    const { results } = outcome(lines.join(''), resolverEngine);
    expect(results).toHaveLength(20_000);
    expect(results.every((r) => r.passed)).toBe(true);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(5e6);
  }, 30_000);
});
