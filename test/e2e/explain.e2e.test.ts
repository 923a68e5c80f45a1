import { ETCD_ADDRESS, type Lab, type Workload } from '@sluice/lab';
import { apply, document, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
/** In a prefix that a policy names, in a pool but nobody's, and in no prefix. */
const [NAMED, NOBODYS, WORLD] = ['198.18.5.5', '198.18.77.7', '203.0.113.1'];
const app = (name: string) => ({ matchLabels: { app: name } });
const ports = { toPorts: [{ ports: [{ port: String(PORT), protocol: 'TCP' }] }] };
const cluster = (name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'sluice.dev/v1', kind: 'ClusterPolicy', metadata: { name }, spec })}\n`;

const POLICIES = [
  document('web', {
    endpointSelector: app('web'),
    egress: [
      { toEndpoints: [app('db')], ...ports },
      { toCIDRSet: [{ cidr: '198.18.0.0/16', except: [`${ETCD_ADDRESS}/32`] }] },
      { toEntities: ['remote-node'] },
    ],
  }),
  document('db', {
    endpointSelector: app('db'),
    ingress: [{ fromEndpoints: [app('web')], ...ports }],
    ingressDeny: [{ fromEndpoints: [app('bad')] }],
  }),
  cluster('gate', {
    tier: 'admin',
    priority: 5,
    endpointSelector: app('db'),
    rules: [
      { direction: 'ingress', action: 'pass', fromEndpoints: [app('web')] },
      { direction: 'ingress', action: 'deny', fromEndpoints: [{}] },
    ],
  }),
];

describe('an explanation, beside what the kernels do', () => {
  let lab: Lab;
  let web: Workload;
  let far: Workload;

  beforeAll(async () => {
    lab = await startLab('explain', { nodes: 2 });
    const [one, two] = [lab.node(1), lab.node(2)];
    [web, far] = await Promise.all([
      one.addWorkload({ name: 'web', ports: [PORT] }),
      two.addWorkload({ name: 'far', labels: { app: 'db' }, ports: [PORT] }),
      one.addWorkload({ name: 'db', ports: [PORT] }),
    ]);
    const hostname = { matchLabels: { 'kubernetes.io/hostname': two.name } };
    const host = cluster('host', {
      nodeSelector: hostname,
      ingress: [{ fromEntities: ['remote-node'], ...ports }],
    });
    await apply(lab, ...POLICIES, host);
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  const explain = (from: string, to: string, port = PORT) =>
    lab.api(0, 'viewer').policies.explain({ from, to, port, protocol: 'TCP', kernel: true });
  const differences = (notes: readonly string[]) => notes.filter((n) => /kernel/.test(n));

  it(
    'says what happens, finds the entries of both kernels, and the connection',
    async () => {
      expect((await web.probe(far, PORT, 4)).ok).toBe(true);
      const { verdict, egress, ingress, notes } = await explain('shop/web', 'shop/far');
      expect([verdict, differences(notes)]).toEqual(['FORWARDED', []]);
      for (const side of [egress, ingress])
        expect(JSON.parse(side?.mapEntryJson ?? '')).toMatchObject({ deny: false });
      expect(JSON.parse(ingress?.connectionJson ?? '')).toMatchObject({ to: { port: PORT }, ingress: { verdict: 'allow' } });
      expect(ingress?.matched.map((r) => `${r.tier} ${r.action}`)).toEqual(['admin pass', 'normal allow', 'admin deny']);
    },
    SLOW_MS,
  ); // prettier-ignore

  it(
    'agrees with the kernels about workloads, nodes, prefixes and the world',
    async () => {
      const nodes = [1, 2].map((n) => `node/${lab.node(n).name}`);
      const names = ['shop/web', 'shop/db', 'shop/far', ...nodes, NAMED, NOBODYS, ETCD_ADDRESS, WORLD];
      const found = new Set<string>();
      for (const from of names)
        for (const to of names)
          for (const port of [PORT, 1]) {
            if (!from.includes('/') && !to.includes('/')) continue;
            const { notes, egress, ingress } = await explain(from, to, port);
            expect([from, to, port, differences(notes)]).toEqual([from, to, port, []]);
            for (const side of [egress, ingress])
              if (side?.mapEntryJson) {
                found.add(`${from} ${to} ${port}`);
                const deny = side.verdict === 'DROPPED';
                expect(JSON.parse(side.mapEntryJson)).toMatchObject({ deny });
              }
          }
      for (const to of ['shop/far', NAMED, nodes[1]]) expect(found).toContain(`shop/web ${to} ${PORT}`);
      expect(found).toContain(`${nodes.join(' ')} ${PORT}`);
    },
    SLOW_MS,
  ); // prettier-ignore

  it(
    'is printed by the CLI, with what is missing',
    async () => {
      const { code, stdout } = await lab.cli(['explain', 'shop/web', 'shop/db', '--port', '8081/TCP', '--kernel']);
      expect([code, stdout]).toEqual([0, expect.stringContaining('port 8081 is not 8080')]);
      expect(stdout).toContain('admin deny ClusterPolicy gate rules[1]');
      const lint = await lab.cli(['lint', '-o', 'json']);
      const { findings } = JSON.parse(lint.stdout) as { findings: { code: string; rule: string }[] };
      expect(findings.map((f) => `${f.code} ${f.rule}`)).toEqual(['selects-nothing ingressDeny[0]']);
    },
    SLOW_MS,
  ); // prettier-ignore
});
