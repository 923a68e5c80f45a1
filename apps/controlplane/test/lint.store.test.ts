import { derivedLabels, makeLabels } from '@sluice/labels';
import type { Clients, LintResponse, RecordedFlowInput } from '@sluice/api';
import { keys, type AllocationValue, type IdentityValue, type PolicyValue } from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

const DAY_MS = 86_400_000;
let harness: Harness;
let replica: Replica;
let viewer: Clients;

const policy = (name: string, spec: string, kind = 'Policy') =>
  `apiVersion: sluice.dev/v1\nkind: ${kind}\nmetadata: { name: ${name}${kind === 'Policy' ? ', namespace: shop' : ''} }\nspec:\n${spec}`;
const ADMIN = `  tier: admin
  priority: 5
  endpointSelector: { matchLabels: { app: db } }
  rules: [{ direction: ingress, action: deny, fromEndpoints: [{ matchLabels: { app: web } }] }]
`;
const TEXT = [
  policy('web', '  endpointSelector: { matchLabels: { app: web } }\n  egress: [{ toEndpoints: [{ matchLabels: { app: gone } }] }, { toServices: [{ k8sService: { serviceName: s, namespace: shop } }] }]\n'),
  policy('db', '  endpointSelector: { matchLabels: { app: db } }\n  ingress: [{ fromEndpoints: [{ matchLabels: { app: web } }] }, { fromEndpoints: [{ matchLabels: { app: db } }] }]\n'),
  policy('lost', '  endpointSelector: { matchLabels: { app: gone } }\n  ingress: [{}]\n'),
  policy('a', ADMIN, 'ClusterPolicy'),
].join('---\n'); // prettier-ignore

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  viewer = harness.connect(replica, await harness.user('viewer'));
  const { store } = harness;
  const allocation: AllocationValue = { nodeId: 1, addresses: ['198.18.0.1'], tunnelAddress: '198.18.0.1', prefixes: [] };
  await store.put(keys.allocation('node-1'), allocation);
  const identity = (app: string): IdentityValue => ({ labels: makeLabels([`k8s:app=${app}`, ...derivedLabels({ namespace: 'shop' })]), retiring: false });
  await store.put(keys.identity(300), identity('web'));
  await store.put(keys.identity(301), identity('db'));
  const admin = harness.connect(replica, await harness.user('admin'));
  await admin.policies.apply({ text: TEXT });
  await until(async () => (await lint()).findings.length > 0, 'the replica has the policies');
}, 60_000); // prettier-ignore
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const lint = (request: Parameters<typeof viewer.policies.lint>[0] = {}) => viewer.policies.lint(request);
const short = ({ findings }: LintResponse) =>
  findings.map((f) => `${f.policy?.name} ${f.level} ${f.code} ${f.rule}`.trim());

describe('lint of the policies in the store', () => {
  const FOUND = [
    'db warning shadowed-rule ingress[0]',
    'lost warning selects-nothing',
    'web warning selects-nothing egress[0]',
    'web warning missing-service egress[1]',
  ];

  it('tells what can never decide, and what is not there', async () => {
    const answer = await lint();
    expect(short(answer)).toEqual(FOUND);
    expect(answer.findings[0]?.message).toContain('ClusterPolicy/_cluster/a rules[0] deny all of it first');
    expect(answer).toMatchObject({ flowsSince: '', silentNodes: [] });
  });

  it('looks at a text among them, and tells only of that', async () => {
    const text = policy('b', ADMIN, 'ClusterPolicy') + '---\n' + policy('x', '  endpointSelectr: {}\n');
    const { findings } = await lint({ text, file: 'f.yaml' });
    expect(findings.map((f) => `${f.at?.file}:${f.at?.line} ${f.code}`)).toEqual([
      'f.yaml:14 invalid-document',
      'f.yaml:6 equal-priority',
      'f.yaml:8 shadowed-rule',
    ]);
    expect(short(await lint({ text: policy('a', ADMIN, 'ClusterPolicy') }))).toEqual([]); // in the place of the one in the store
  });

  it('is in REST too', async () => {
    const post = async (body: object) =>
      harness.call(replica, 'POST', '/v1/lint', await harness.user('viewer'), JSON.stringify(body), { 'content-type': 'application/json' }); // prettier-ignore
    const answer = await post({});
    expect(answer.status).toBe(200);
    expect(short(answer.json<LintResponse>())).toEqual(FOUND);
    expect((await post({ unusedDays: -1 })).status).toBe(400);
  });
});

describe('rules without a hit', () => {
  /** An agent whose ring holds these flows from some time on. */
  async function agent(flows: readonly RecordedFlowInput[], since: string) {
    const clients = harness.connect(replica, await harness.user('node', 'node-1'));
    const stream = clients.agentStream.connect();
    stream.on('error', () => undefined);
    stream.on('data', ({ request, body }: { request: number; body: string }) => {
      if (body !== 'recorded') return;
      stream.write({ request, recorded: { flows: [...flows], since } });
      stream.write({ request, done: {} });
    });
    stream.write({ hello: { node: 'node-1', version: 'test' } });
    await until(async () => (await lint({ unusedDays: 7 })).silentNodes.length === 0, 'the agent is asked');
    return { [Symbol.dispose]: () => stream.cancel() };
  }
  const unused = (answer: LintResponse) => short(answer).filter((f) => f.includes('unused-rule'));
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

  it('are not looked for where no node answers, which is told', async () => {
    const answer = await lint({ unusedDays: 7 });
    expect(answer).toMatchObject({ flowsSince: '', silentNodes: ['node-1'] });
    expect(unused(answer)).toEqual([]);
  });

  it('are told of policies that have been there for so long', async () => {
    const key = keys.policy('Policy', 'shop', 'db');
    const { value } = (await harness.store.get<PolicyValue>(key))!;
    await harness.store.put(key, { ...value, time: ago(30) });
    const { modRevision } = (await harness.store.get<PolicyValue>(key))!;
    const ref = { kind: 'Policy', scope: 'shop', name: 'db' };
    const rule = (at: string, revision: number) => ({ policy: ref, uid: value.uid, rule: at, revision });
    using _agent = await agent(
      [
        { node: 'node-1', rules: [rule('ingress[1]', modRevision)], last: ago(1) },
        { node: 'node-1', rules: [rule('ingress[0]', modRevision - 1)], last: ago(1) },
      ],
      ago(20),
    );
    await until(
      async () => unused(await lint({ unusedDays: 7 })).length > 0,
      'the replica has the older policy',
    );
    expect(unused(await lint({ unusedDays: 7 }))).toEqual(['db info unused-rule ingress[0]']);
    // Nodes that forget sooner say less: the policy must have been there since then.
    expect(unused(await lint({ unusedDays: 25 }))).toEqual(['db info unused-rule ingress[0]']);
    expect(unused(await lint({ unusedDays: 0 }))).toEqual([]);
  });
});
