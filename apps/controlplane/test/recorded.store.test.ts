import { toApiError, type AgentMessageInput, type Clients, type ControlMessage, type RecordedBatch, type RecordedFlowInput, type RecordedRequest, type TlsPems } from '@sluice/api'; // prettier-ignore
import { hashLabels, makeLabels } from '@sluice/labels';
import { parseDocuments } from '@sluice/policy';
import { keys } from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

const inShop = 'k8s:io.kubernetes.pod.namespace=shop';
const web = makeLabels(['k8s:app=web', inShop]);
const orders = makeLabels(['k8s:app=orders', inShop]);
const party = (labels: typeof web) => ({ identity: 999, labels: [...labels] });
const staged = { kind: 'Policy', scope: 'shop', name: 'lockdown' };
const row = (over: RecordedFlowInput): RecordedFlowInput => ({
  source: party(web),
  destination: party(orders),
  ...{ protocol: 'TCP', port: 8080, direction: 'egress', family: 4, verdict: 'FORWARDED' },
  ...{ reason: 'default-allow', count: 1 },
  ...{ first: '2026-11-23T10:00:00.000Z', last: '2026-11-23T10:00:00.000Z' },
  ...over,
});
const wouldDrop = row({
  ...{ direction: 'ingress', reason: '', staged: 'DROPPED', stagedReason: 'default-deny' },
  stagedIsolating: [staged],
  count: 4,
});

let harness: Harness;
let one: Replica;
let two: Replica;
let viewer: TlsPems;
let clients: Clients;
const asked: RecordedRequest[] = [];

/** An agent that answers with these rows; null: never. */
async function fakeAgent(replica: Replica, node: string, since: string, rows: RecordedFlowInput[] | null) {
  const stream = harness.connect(replica, await harness.user('node', node)).agentStream.connect();
  stream.on('error', () => undefined);
  stream.on('data', ({ request, recorded }: ControlMessage) => {
    if (!recorded || rows === null) return;
    asked.push(recorded);
    const wanted = rows.filter((flow) => !recorded.stagedOnly || flow.staged !== undefined);
    const answer = (message: AgentMessageInput) => stream.write({ request, ...message });
    answer({ recorded: { node: 'liar', flows: wanted } });
    answer({ recorded: { node: 'liar', since, truncated: false } });
    answer({ done: {} });
  });
  stream.write({ hello: { node, version: '1' } });
  const connected = async () =>
    (await harness.get(replica, '/metrics', viewer)).text.includes('sluice_controlplane_agents_connected 1');
  await until(connected, `${node} is connected`);
}

beforeAll(async () => {
  harness = await Harness.start(['node-1', 'node-2', 'node-3']);
  one = await harness.replica();
  two = await harness.replica();
  viewer = await harness.user('viewer');
  clients = harness.connect(one, viewer);
  for (const n of [1, 2, 3]) {
    const value = { addresses: [`198.18.0.${n}`], bootId: 'b', version: '1', kernel: '6.1', started: '' };
    await harness.store.put(keys.node(`node-${n}`), value);
  }
  const allocated = async () =>
    (await clients.cluster.listNodes({})).nodes.filter(({ prefixes }) => prefixes.length > 0);
  await until(async () => (await allocated()).length === 3, 'all nodes have prefixes');
  const endpoint = (id: number, name: string, labels: typeof web) => {
    const workload = { source: 'docker', scope: 'shop', name };
    const value = { addresses: [`198.18.64.${id}`], identity: 0, workload, namedPorts: [], state: 'ready' };
    return [
      [keys.claim('node-1', hashLabels(labels)), { labels }],
      [keys.endpoint('node-1', id), value],
    ] as const;
  };
  for (const [key, value] of [...endpoint(10, 'web-1', web), ...endpoint(11, 'orders-1', orders)])
    await harness.store.put(key, value);
  const identities = async () => (await clients.cluster.listIdentities({})).identities;
  await until(async () => (await identities()).length === 2, 'both have identities');
  for (const { id, labels } of await identities()) {
    const isWeb = labels.some(({ value }) => value === 'web');
    const [, [key, value]] = isWeb ? endpoint(10, 'web-1', web) : endpoint(11, 'orders-1', orders);
    await harness.store.put(key, { ...value, identity: id });
  }
  await fakeAgent(one, 'node-1', '2026-11-20T00:00:00.000Z', [row({ count: 3 }), wouldDrop]);
  await fakeAgent(two, 'node-2', '2026-11-22T00:00:00.000Z', [
    wouldDrop,
    row({ destination: { prefix: '198.19.0.0/24' }, port: 443 }),
    row({ verdict: 'DROPPED', reason: 'default-deny', port: 22 }),
  ]);
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

describe('recorded flows', () => {
  it('come from all nodes at all replicas; silent ones are named, and whose ring is the youngest', async () => {
    const answer = await harness.get(one, '/v1/flows/recorded', viewer);
    expect(answer.status).toBe(200);
    const found = answer.json();
    expect(found).toMatchObject({
      since: '2026-11-22T00:00:00.000Z',
      youngestNode: 'node-2',
      silentNodes: ['node-3'],
      truncated: false,
    });
    const flows = found['flows'] as { node: string; source: { workloads: string[]; identity: number } }[];
    expect(flows).toHaveLength(5);
    expect(new Set(flows.map(({ node }) => node))).toEqual(new Set(['node-1', 'node-2']));
    expect(flows[0]?.source).toMatchObject({ workloads: ['shop/web-1'] });
    expect(flows[0]?.source.identity).not.toBe(999);
  });
  it('are a stream of batches over gRPC, by node', async () => {
    const nodes = new Set<string>();
    for await (const batch of clients.flows.recorded({})) nodes.add((batch as RecordedBatch).node);
    expect([...nodes].sort()).toEqual(['node-1', 'node-2']);
  });
  it('refuse a time that is none', async () => {
    expect((await harness.get(one, '/v1/flows/recorded?since=yesterday', viewer)).status).toBe(400);
    const failure = new Promise((resolve) =>
      clients.flows.recorded({ since: 'x' }).on('data', resolve).on('error', resolve),
    );
    expect(toApiError(await failure)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('audit', () => {
  it('adds up what a staged policy would have dropped, alike over REST and gRPC', async () => {
    const grpc = await clients.policies.audit({ policy: staged, since: '2026-11-23T00:00:00Z' });
    expect(grpc).toMatchObject({
      flowsSince: '2026-11-22T00:00:00.000Z',
      youngestNode: 'node-2',
      silentNodes: ['node-3'],
      flows: [{ count: 8, node: '', verdict: 'FORWARDED', staged: 'DROPPED', stagedIsolating: [staged] }],
    });
    expect(asked.at(-1)).toMatchObject({
      stagedOnly: true,
      policy: staged,
      since: '2026-11-23T00:00:00.000Z',
    });
    const query = 'policy=Policy/shop/lockdown&since=2026-11-23T00:00:00Z';
    const rest = await harness.get(two, `/v1/audit?${query}`, viewer);
    expect(rest.json()).toMatchObject({ flows: [{ count: 8 }], silentNodes: ['node-3'] });
    expect((await harness.get(two, '/v1/audit?policy=lockdown', viewer)).status).toBe(400);
  });
});

describe('suggest', () => {
  it('makes a policy of what was let through, which can be applied', async () => {
    const { text, notes, silentNodes } = await clients.policies.suggest({ workload: 'shop/web-1' });
    expect(asked.at(-1)?.subject).toHaveLength(2);
    expect(silentNodes).toEqual(['node-3']);
    const { documents, errors } = parseDocuments(text, 'suggested');
    expect(errors).toEqual([]);
    expect(documents[0]?.document).toMatchObject({
      kind: 'Policy',
      metadata: { name: 'web-1', namespace: 'shop' },
      spec: {
        endpointSelector: { matchLabels: { 'k8s:app': 'web' } },
        ingress: [],
        egress: [
          {
            toEndpoints: [{ matchLabels: { 'k8s:app': 'orders' } }],
            toPorts: [{ ports: [{ port: '8080' }] }],
          },
          { toCIDR: ['198.19.0.0/24'], toPorts: [{ ports: [{ port: '443' }] }] },
        ],
      },
    });
    expect(notes).toContain('ingress: nothing was seen, and nothing is let through');
    const operator = harness.connect(one, await harness.user('operator'));
    await expect(operator.policies.apply({ text, dryRun: true })).resolves.toMatchObject({ problems: [] });
    const more = await harness.get(one, '/v1/suggest?workload=shop/web-1&dropped=true', viewer);
    expect(more.json()['text']).toContain('"22"');
    expect((await harness.get(one, '/v1/suggest?workload=shop/nobody', viewer)).status).toBe(404);
    expect((await harness.get(one, '/v1/suggest?workload=web', viewer)).status).toBe(400);
  });
});
