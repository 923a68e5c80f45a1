import { derivedLabels, makeLabels } from '@sluice/labels';
import type { ApiError, Clients, DumpMapRequest, DumpMapResponseInput, TlsPems } from '@sluice/api';
import {
  keys,
  type AllocationValue,
  type EndpointValue,
  type IdentityValue,
  type PolicyValue,
  type PoolValue,
  type ServiceValue,
  type SettingsValue,
} from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

let harness: Harness;
let replica: Replica;
let viewer: Clients;
let tls: TlsPems;

const POLICY = `apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: db, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: db } }
  ingress:
    - fromEndpoints: [{ matchLabels: { app: web, tier: front } }]
      toPorts: [{ ports: [{ port: "8443", protocol: TCP }] }]
    - fromCIDR: [203.0.113.0/24]
    - fromEndpoints: [{ matchLabels: { app: scraper } }]
      toPorts: [{ ports: [{ port: metrics, protocol: TCP }] }]
  ingressDeny:
    - fromCIDR: [203.0.113.128/25]
---
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: web, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: web } }
  egress:
    - toEndpoints: [{ matchLabels: { app: db } }]
    - toCIDR: [203.0.113.0/24]
    - toServices: [{ k8sService: { serviceName: cache, namespace: shop } }]
---
apiVersion: sluice.dev/v1
kind: ClusterPolicy
metadata: { name: nodes }
spec:
  nodeSelector: { matchLabels: { role: edge } }
  ingress: [{ fromEntities: [remote-node], toPorts: [{ ports: [{ port: "22", protocol: TCP }] }] }]
`;
const allocation = (n: number, labels: AllocationValue['labels'] = []): AllocationValue => ({
  nodeId: n,
  addresses: [`198.18.0.${n}`],
  tunnelAddress: `198.18.0.${n}`,
  prefixes: [`198.18.${63 + n}.0/24`],
  labels,
});
const endpoint = (identity: number, name: string, address: string): EndpointValue => ({
  addresses: [address],
  identity,
  workload: { source: 'container', scope: 'shop', name },
  namedPorts: [],
  state: 'ready',
});
const identity = (...labels: string[]): IdentityValue => ({
  labels: makeLabels([...makeLabels(labels), ...derivedLabels({ namespace: 'shop' })]),
  retiring: false,
});

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  tls = await harness.user('viewer');
  viewer = harness.connect(replica, tls);
  const { store } = harness;
  await store.put(keys.allocation('node-1'), allocation(1));
  await store.put(keys.allocation('node-2'), allocation(2, makeLabels(['user:role=edge'])));
  await store.put(keys.identity(300), identity('k8s:app=web', 'k8s:tier=front'));
  await store.put(keys.identity(301), identity('k8s:app=db'));
  await store.put(keys.identity(302), identity('k8s:app=web', 'k8s:tier=back'));
  await store.put(keys.endpoint('node-1', 7), endpoint(300, 'web', '198.18.64.7'));
  const metrics = [{ name: 'metrics', port: 9100, protocol: 'TCP' }];
  await store.put(keys.endpoint('node-2', 7), { ...endpoint(301, 'db', '198.18.65.7'), namedPorts: metrics });
  await store.put(keys.endpoint('node-2', 8), endpoint(302, 'job', '198.18.65.8'));
  await store.put(keys.endpoint('node-1', 9), endpoint(302, 'job', '198.18.64.9'));
  const pool: PoolValue = { prefix: '198.18.64.0/18', nodePrefixLength: 24 };
  await store.put(keys.pool('v4'), pool);
  const service: ServiceValue = { labels: [], selector: null, backends: ['203.0.112.9'], owner: 'api' };
  await store.put(keys.service('shop', 'cache'), service);
  const admin = harness.connect(replica, await harness.user('admin'));
  const { revision } = await admin.policies.apply({ text: POLICY });
  await until(async () => {
    const { identities, revision: seen } = await viewer.cluster.listIdentities({});
    return identities.length === 3 && (seen?.revision ?? 0) >= (revision?.revision ?? 0);
  }, 'the replica has read everything');
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const ask = (from: string, to: string, port: number, protocol = 'TCP', kernel = false) =>
  viewer.policies.explain({ from, to, port, protocol, kernel });
const failure = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error as ApiError,
  );

describe('explain', () => {
  it('names the rules of both sides, with workloads, labels, nodes and revisions', async () => {
    const { verdict, egress, ingress, revision, notes } = await ask('shop/web', 'shop/db', 8443);
    expect(verdict).toBe('FORWARDED');
    expect(egress).toMatchObject({ verdict: 'FORWARDED', rules: [{ policy: { name: 'web' }, rule: 'egress[0]' }] });
    expect(ingress).toMatchObject({
      rules: [{ policy: { kind: 'Policy', scope: 'shop', name: 'db' }, rule: 'ingress[0]' }],
      subject: { identity: 301, workloads: ['shop/db'], node: 'node-2' },
      peer: { identity: 300, workloads: ['shop/web'], node: 'node-1' },
      matched: [{ rule: { rule: 'ingress[0]' }, tier: 'normal', action: 'allow' }],
    });
    const stored = await harness.store.get<PolicyValue>(keys.policy('Policy', 'shop', 'db'));
    expect(ingress?.rules[0]?.revision).toBe(stored?.modRevision);
    expect(revision?.revision).toBeGreaterThan(0);
    expect(notes.join()).toContain('node node-2 has realized revision 0');
  }); // prettier-ignore

  it('tells what is missing', async () => {
    const { verdict, ingress } = await ask('shop/job@node-1', 'shop/db', 8443);
    expect(verdict).toBe('DROPPED');
    expect(ingress).toMatchObject({ reason: 'default-deny', isolating: [{ name: 'db' }] });
    expect(ingress?.nearly.map((r) => `${r.rule?.rule}: ${r.missing}`)).toEqual([
      'ingress[0]: the source has label k8s:tier=back, not tier=front',
    ]);
    const other = await ask('shop/web', 'shop/db', 8444);
    expect(other.ingress?.nearly[0]?.missing).toBe('port 8444 is not 8443');
  });

  it('knows addresses by their owner: workload, node, pool, prefix, service, world', async () => {
    const to = async (address: string) => {
      const { egress, ingress } = await ask('shop/web', address, 80);
      const { entity, prefix, workloads, node } = egress!.peer!;
      return [egress!.verdict, entity || prefix || workloads.join() || node, ingress === null];
    };
    expect(await to('198.18.65.7')).toEqual(['FORWARDED', 'shop/db', false]);
    expect(await to('198.18.0.2')).toEqual(['DROPPED', 'remote-node', false]);
    expect(await to('198.18.66.66')).toEqual(['DROPPED', 'unknown', true]);
    expect(await to('203.0.113.200')).toEqual(['FORWARDED', '203.0.113.128/25', true]);
    expect(await to('203.0.112.9')).toEqual(['FORWARDED', '203.0.112.9/32', true]);
    expect(await to('203.0.111.1')).toEqual(['DROPPED', 'world-ipv4', true]);
    expect(await ask('203.0.113.1', 'shop/db', 80)).toMatchObject({ verdict: 'FORWARDED', egress: null });
    const denied = await ask('203.0.113.200', 'shop/db', 80);
    expect(denied.ingress?.rules[0]?.rule).toBe('ingressDeny[0]');
    expect(denied.ingress?.matched.map((r) => r.rule?.rule)).toEqual(['ingressDeny[0]', 'ingress[1]']);
  });

  it('judges nodes by host policies, each as its own host', async () => {
    const allowed = await ask('node/node-1', 'node/node-2', 22);
    expect(allowed.ingress).toMatchObject({ verdict: 'FORWARDED', rules: [{ rule: 'ingress[0]' }], peer: { node: 'node-1' } });
    expect(allowed.egress).toMatchObject({ reason: 'default-allow' });
    expect((await ask('node/node-1', 'node/node-2', 23)).verdict).toBe('DROPPED');
    expect((await ask('node/node-2', 'node/node-1', 23)).verdict).toBe('FORWARDED');
    expect((await ask('node/node-2', 'node/node-2', 23)).notes.join()).toContain('always reaches itself');
  }); // prettier-ignore

  it.each([
    ['shop/nobody', 'shop/db', 80, 'TCP', 'NOT_FOUND', 'there is no workload "shop/nobody"'],
    ['shop/job', 'shop/db', 80, 'TCP', 'INVALID_ARGUMENT', 'shop/job@node-1'],
    ['node/node-9', 'shop/db', 80, 'TCP', 'NOT_FOUND', 'there is no node "node-9"'],
    ['', 'shop/db', 80, 'TCP', 'INVALID_ARGUMENT', 'no from is named'],
    ['k8s:app=web', 'shop/db', 80, 'TCP', 'INVALID_ARGUMENT', 'trace takes labels'],
    ['world', '203.0.113.1', 80, 'TCP', 'INVALID_ARGUMENT', 'neither end has a policy'],
    ['shop/web', 'shop/db', 0, 'TCP', 'INVALID_ARGUMENT', 'from 1 to 65535'],
    ['shop/web', 'shop/db', 80, 'IGMP', 'INVALID_ARGUMENT', 'protocol "IGMP" is not known'],
  ])('refuses %s to %s on %d/%s', async (from, to, port, protocol, code, message) => {
    const error = await failure(ask(from, to, port, protocol));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });

  it('is in REST too, with its bodies checked', async () => {
    const post = (path: string, body: unknown) =>
      harness.call(replica, 'POST', path, tls, JSON.stringify(body), { 'content-type': 'application/json' });
    const question = { from: 'shop/web', to: 'shop/db', protocol: 'TCP', port: 8443 };
    const answer = await post('/v1/explain', question);
    expect(answer.status).toBe(200);
    const { revision: _revision, ...grpc } = await ask('shop/web', 'shop/db', 8443);
    expect(answer.json()).toMatchObject(JSON.parse(JSON.stringify(grpc)) as object);
    expect((await post('/v1/explain', { ...question, port: 'x' })).status).toBe(400);
    expect((await post('/v1/explain', { ...question, more: 1 })).status).toBe(400);
    expect((await post('/v1/trace', { ...question, from: 'k8s:app=web,tier=front', fromNamespace: 'shop' })).json()).toMatchObject({ verdict: 'FORWARDED' });
  }); // prettier-ignore
});

describe('trace', () => {
  const trace = (more: Partial<Parameters<typeof viewer.policies.trace>[0]>) =>
    viewer.policies.trace({ from: 'k8s:app=web,k8s:tier=front', to: 'shop/db', port: 8443, fromNamespace: 'shop', ...more });
  it('takes labels that nobody has, in their namespace', async () => {
    expect((await trace({})).ingress?.peer?.identity).toBe(300);
    const other = await trace({ from: 'k8s:app=web,k8s:tier=front,k8s:x=y' });
    expect([other.verdict, other.ingress?.peer?.labels.length]).toEqual(['FORWARDED', 4]);
    const elsewhere = await trace({ fromNamespace: 'bank' });
    expect(elsewhere.ingress?.nearly[0]?.missing).toBe('the source is in namespace bank, not in shop');
    const both = await trace({ from: 'k8s:a=b', to: 'k8s:app=db', toNamespace: 'shop' });
    expect(both.ingress?.peer?.identity).not.toBe(both.ingress?.subject?.identity);
    expect(both.ingress?.reason).toBe('default-deny');
  });

  it('knows the named ports of workloads', async () => {
    const from = 'app=scraper';
    expect((await trace({ from, port: 9100 })).ingress?.verdict).toBe('FORWARDED');
    const { ingress } = await trace({ from, port: 9101 });
    expect(ingress?.nearly[0]?.missing).toBe('port 9101 is not TCP port "metrics" of the destination, which is 9100');
    // Of a workload that need not exist: those of the workloads with its labels.
    expect((await trace({ from, to: 'k8s:app=db', toNamespace: 'shop', port: 9100 })).ingress?.verdict).toBe('FORWARDED');
  });

  it('takes no endless names', async () => {
    const error = await failure(trace({ from: 'a=b,'.repeat(3000) }));
    expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', 'from is longer than 8192 characters']);
  });

  it('asks other policies in place of those in the store', async () => {
    const text = POLICY.split('---')[0]!.replace('8443', '9000');
    const { verdict, ingress, egress } = await trace({ text });
    expect([verdict, egress?.reason]).toEqual(['DROPPED', 'default-deny']);
    expect(ingress?.nearly[0]?.missing).toBe('port 8443 is not 9000');
    const error = await failure(trace({ text: text.replace('endpointSelector', 'endpointSelectr') }));
    expect([error.code, error.problems[0]?.line]).toEqual(['INVALID_ARGUMENT', 5]);
  });
}); // prettier-ignore

describe('the kernels', () => {
  /** An agent that answers dumps from rows by map and filter, and ends with the test. */
  async function agent(node: string, dump: (request: DumpMapRequest) => DumpMapResponseInput | null) {
    const clients = harness.connect(replica, await harness.user('node', node));
    const stream = clients.agentStream.connect();
    stream.on('error', () => undefined);
    stream.on('data', ({ request, body, dump: wanted }: { request: number; body: string; dump: DumpMapRequest }) => {
      const answer = body === 'dump' ? dump(wanted) : null;
      if (answer) stream.write({ request, dump: answer });
      else stream.write({ request, failure: { code: 'INTERNAL', message: 'broken' } });
    });
    stream.write({ hello: { node, version: 'test' } });
    return { [Symbol.dispose]: () => stream.cancel() };
  }
  const rows = (...all: object[]) => ({ rowsJson: all.map((row) => JSON.stringify(row)) });
  const connection = { protocol: 'TCP', from: { address: '198.18.64.7', port: 40000 }, to: { address: '198.18.65.7', port: 8443 }, established: true };
  const NORMAL_ALLOW = ((2 << 30) | (1 << 1)) >>> 0;
  const kernel = (precedence: number) => ({ map, filter }: DumpMapRequest) => {
    if (map === 'endpoints') return rows({ address: '198.18.65.7', policyClass: 4711, identity: 301 });
    if (map === 'ct') return rows({ ...connection, to: { ...connection.to }, from: { address: '1.2.3.4', port: 1 } }, connection);
    if (map === 'policy' && filter === 'class=4711')
      return rows({ policyClass: 4711, identity: 300, direction: 'ingress', protocol: 6, port: 8443, portBits: 16, deny: false, precedence, cookie: 5 });
    return null;
  };
  const noted = (notes: readonly string[], start: string) => notes.filter((n) => n.startsWith(start));

  it('show the entry and the connection; a node that is not there is a note', async () => {
    using _agent = await agent('node-2', kernel(NORMAL_ALLOW));
    await until(async () => noted((await ask('shop/web', 'shop/db', 8443, 'TCP', true)).notes, 'the kernel of node node-2').length === 0, 'the agent is there');
    const { ingress, egress, notes } = await ask('shop/web', 'shop/db', 8443, 'TCP', true);
    expect(JSON.parse(ingress?.mapEntryJson ?? '')).toMatchObject({ policyClass: 4711, cookie: 5 });
    expect(JSON.parse(ingress?.connectionJson ?? '')).toEqual(connection);
    expect([egress?.mapEntryJson, egress?.verdict]).toEqual(['', 'FORWARDED']);
    expect(noted(notes, 'the kernel of node node-1 could not be asked')).toHaveLength(1);
    expect(noted(notes, "the node's kernel differs")).toEqual([]);
  });

  it('that differ are told of', async () => {
    using _agent = await agent('node-2', kernel(NORMAL_ALLOW + 2));
    let notes: string[] = [];
    await until(async () => {
      ({ notes } = await ask('shop/web', 'shop/db', 8443, 'TCP', true));
      return noted(notes, "the node's kernel differs").length === 1;
    }, 'the difference is told');
    expect(notes.join()).toContain(`an allow of precedence ${NORMAL_ALLOW + 2}`);
    const { notes: others } = await ask('shop/web', 'shop/db', 80, 'TCP', true);
    expect(noted(others, "the node's kernel differs")).toEqual([]); // no entry on either side
  });

  it('that fail are a note', async () => {
    using _agent = await agent('node-2', () => null);
    await until(async () => noted((await ask('shop/web', 'shop/db', 8443, 'TCP', true)).notes, 'the kernel of node node-2 could not be asked: node node-2: broken').length === 1, 'the failure is told');
  });
}); // prettier-ignore

describe('a suspension', () => {
  it('is said, and its end too', async () => {
    const settings = (await harness.store.get<SettingsValue>(keys.settings()))!.value;
    const suspended = (until: string) => ({ ...settings, suspended: { until, by: 'ada', reason: '' } });
    await harness.store.put(keys.settings(), suspended('2999-01-01T00:00:00Z'));
    await until(async () => (await ask('shop/web', 'shop/db', 1)).ingress?.reason === 'mode-never', 'it is seen');
    expect((await ask('shop/web', 'shop/db', 8443)).ingress?.matched).toMatchObject([{ skipped: true }]);
    expect((await ask('shop/web', 'shop/db', 1)).notes.join()).toContain('suspended until 2999-01-01T00:00:00Z by ada');
    await harness.store.put(keys.settings(), suspended('2020-01-01T00:00:00Z'));
    await until(async () => (await ask('shop/web', 'shop/db', 1)).verdict === 'DROPPED', 'it is over');
  });
}); // prettier-ignore
