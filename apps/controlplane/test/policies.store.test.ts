import type { ApiError, Clients, TlsPems } from '@sluice/api';
import { keys, type HistoryValue, type PolicyValue } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

const ref = (name: string, scope = 'shop') => ({ kind: 'Policy', scope, name });
const key = (name: string) => keys.policy('Policy', 'shop', name);

let harness: Harness;
let replica: Replica;
let tls: TlsPems;
let operator: Clients;

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  tls = await harness.user('operator', 'olga');
  operator = harness.connect(replica, tls);
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const post = (body: string, query = '', headers: Record<string, string> = {}) =>
  harness.call(replica, 'POST', `/v1/policies${query}`, tls, body, {
    'content-type': 'text/yaml',
    ...headers,
  });
const failure = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error as ApiError,
  );

describe('apply', () => {
  it('creates, is idempotent, configures with history, and keeps the uid', async () => {
    const created = await operator.policies.apply({ text: policyYaml('web') });
    expect(created.results).toEqual([
      { policy: ref('web'), action: 'created', revision: created.revision?.revision },
    ]);
    const before = await harness.store.get<PolicyValue>(key('web'));
    expect(before?.value).toMatchObject({ author: 'olga', owner: 'api', change: created.change });

    const again = await operator.policies.apply({ text: policyYaml('web') });
    expect(again.results[0]).toMatchObject({ action: 'unchanged', revision: before?.modRevision });
    expect((await harness.store.get(key('web')))?.modRevision).toBe(before?.modRevision);

    const changed = await operator.policies.apply({ text: policyYaml('web', 8080) });
    expect(changed.results[0]?.action).toBe('configured');
    const after = await harness.store.get<PolicyValue>(key('web'));
    expect(after?.value.uid).toBe(before?.value.uid);
    const history = await harness.store.list<HistoryValue>(keys.historyOf('Policy', 'shop', 'web'));
    expect(history.entries.map(({ value }) => value)).toEqual([
      expect.objectContaining({ action: 'apply', author: 'olga', previous: before?.value }),
    ]);
  });

  it('lets only an admin write, replace, roll back and delete what stands above and below all others', async () => {
    const admin = harness.connect(replica, await harness.user('admin', 'anna'));
    const tiered = (tier: string) => `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: lock-${tier.toLowerCase()} }
spec:
  tier: ${tier}
  priority: 5
  subject: { namespaces: {} }
  ingress: [{ name: all, action: Deny, from: [{ namespaces: {} }] }]
`;
    for (const tier of ['Admin', 'Baseline']) {
      const text = tiered(tier);
      const name = `lock-${tier.toLowerCase()}`;
      const of = { kind: 'ClusterNetworkPolicy', scope: '_cluster', name };
      const stored = () => harness.store.get(keys.policy(of.kind, of.scope, name));
      const refused = { code: 'PERMISSION_DENIED', message: expect.stringContaining(name) };
      expect(
        await failure(operator.policies.apply({ text: `${policyYaml('beside')}---${text}` })),
      ).toMatchObject(refused);
      expect([await stored(), await harness.store.get(key('beside'))]).toEqual([null, null]);
      expect((await operator.policies.apply({ text, dryRun: true })).problems[0]?.message).toContain(
        'role admin',
      );
      const { revision } = await admin.policies.apply({ text });
      await admin.policies.apply({ text: text.replace('Deny', 'Pass') });
      expect(await failure(operator.policies.delete({ policies: [of] }))).toMatchObject(refused);
      const back = { policy: of, to: Number(revision?.revision) };
      expect(await failure(operator.policies.rollback(back))).toMatchObject(refused);
      expect(await stored()).not.toBeNull();
      await admin.policies.delete({ policies: [of] });
      expect(await stored()).toBeNull();
    }
  });

  it('refuses networks of a ClusterNetworkPolicy that overlap the cluster’s own addresses', async () => {
    const admin = harness.connect(replica, await harness.user('admin', 'anna'));
    const text = (network: string) => `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: outside }
spec:
  tier: Admin
  priority: 5
  subject: { namespaces: {} }
  egress: [{ name: out, action: Accept, to: [{ networks: [${network}] }] }]
`;
    for (const network of ['198.18.64.0/24', '198.18.0.0/15', '0.0.0.0/0']) {
      const error = await failure(admin.policies.apply({ text: text(network) }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(error.problems[0]?.message).toContain('overlaps the cluster');
    }
    const { problems } = await admin.policies.apply({ text: text('198.18.64.0/24'), dryRun: true });
    expect(problems).toHaveLength(1);
    const { results } = await admin.policies.apply({ text: text('198.19.0.0/16') });
    expect(results[0]?.action).toBe('created');
    await admin.policies.delete({ policies: results.flatMap(({ policy }) => policy ?? []) });
  });

  it('takes all documents or none, and tells where the mistake is', async () => {
    const text = `${policyYaml('good')}---\n${policyYaml('bad').replace('ingress:', 'ingres:')}`;
    const error = await failure(operator.policies.apply({ text, file: 'shop.yaml' }));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.problems[0]).toMatchObject({ document: 1, file: 'shop.yaml', line: 21 });
    expect(await harness.store.get(key('good'))).toBeNull();
  });

  it('gives all documents of a text one revision and one change', async () => {
    const text = ['a', 'b', 'c'].map((name) => policyYaml(name)).join('---\n');
    const { results, change } = await operator.policies.apply({ text });
    expect(new Set(results.map(({ revision }) => revision)).size).toBe(1);
    expect(
      (await operator.policies.list({})).policies.filter((policy) => policy.change === change),
    ).toHaveLength(3);
  });

  it('takes a thousand documents at once, and no more', async () => {
    const some = (count: number) =>
      Array.from({ length: count }, (_, n) => policyYaml(`many-${n}`, 80, 'bulk')).join('---\n');
    const { results } = await operator.policies.apply({ text: some(1000) }, { timeoutMs: 60_000 });
    expect(results).toHaveLength(1000);
    const error = await failure(operator.policies.apply({ text: some(1001) }, { timeoutMs: 60_000 }));
    expect(error.message).toMatch(/1000/);
    expect(error.code).toBe('INVALID_ARGUMENT');
  }, 90_000);

  it.each([
    ['malformed YAML', 'a: [1'],
    ['an unknown field', policyYaml('x').replace('endpointSelector', 'endpointSelektor')],
    ['an unknown kind', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n'],
    ['nothing', ''],
    ['comments only', '# nothing\n'],
    ['a name that would leave its key', policyYaml('x').replace('name: x', 'name: ../../cluster')],
    ['the same policy twice', `${policyYaml('x')}---\n${policyYaml('x', 81)}`],
    [
      'aliases without end',
      'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n',
    ],
  ])('refuses %s and changes nothing', async (_what, text) => {
    const before = await harness.store.list(keys.policies());
    expect((await failure(operator.policies.apply({ text }))).code).toBe('INVALID_ARGUMENT');
    const after = await harness.store.list(keys.policies());
    expect(after.entries).toEqual(before.entries);
  });

  it('refuses a text above the limit before it is parsed', async () => {
    const huge = `# ${'x'.repeat(9 * 1024 * 1024)}\n`;
    expect((await failure(operator.policies.apply({ text: huge }))).code).toBe('RESOURCE_EXHAUSTED');
  });

  it('says in a dry run what would happen, and writes nothing', async () => {
    const text = `${policyYaml('web', 8080)}---\n${policyYaml('new')}`;
    const { results, problems, change } = await operator.policies.apply({ text, dryRun: true });
    expect(results.map(({ action }) => action)).toEqual(['unchanged', 'created']);
    expect([problems, change]).toEqual([[], '']);
    expect(await harness.store.get(key('new'))).toBeNull();
    const bad = await operator.policies.apply({ text: 'kind: Policy', dryRun: true });
    expect(bad.problems.length).toBeGreaterThan(0);
  });

  it('lets a viewer validate', async () => {
    const viewer = harness.connect(replica, await harness.user('viewer'));
    expect((await viewer.policies.validate({ text: policyYaml('new') })).results[0]?.action).toBe('created');
    expect(await harness.store.get(key('new'))).toBeNull();
  });

  it('leaves alone what a mirror owns', async () => {
    const value: PolicyValue = {
      uid: 'u',
      document: {},
      author: 'm',
      time: new Date().toISOString(),
      change: 'c',
      owner: 'mirror',
    };
    await harness.store.put(key('mirrored'), value);
    expect((await failure(operator.policies.apply({ text: policyYaml('mirrored') }))).code).toBe(
      'FAILED_PRECONDITION',
    );
    expect((await failure(operator.policies.delete({ policies: [ref('mirrored')] }))).code).toBe(
      'FAILED_PRECONDITION',
    );
  });
});

describe('expectations', () => {
  it('hold or everything is refused', async () => {
    const { revision } = await operator.policies.apply({ text: policyYaml('guarded') });
    const at = (n: number) => [{ policy: ref('guarded'), revision: n }];
    const stale = await failure(operator.policies.apply({ text: policyYaml('guarded', 81), ifMatch: at(1) }));
    expect(stale.code).toBe('ABORTED');
    expect(stale.problems[0]?.message).toContain(`is at revision ${revision?.revision}`);
    expect(
      (await failure(operator.policies.apply({ text: policyYaml('guarded', 81), ifMatch: at(0) }))).code,
    ).toBe('ABORTED');
    const fresh = at(revision?.revision ?? 0);
    expect(
      (await operator.policies.apply({ text: policyYaml('guarded', 81), ifMatch: fresh })).results[0]?.action,
    ).toBe('configured');
  });
  it('about a policy that is not in the text are a mistake', async () => {
    const ifMatch = [{ policy: ref('other'), revision: 1 }];
    expect((await failure(operator.policies.apply({ text: policyYaml('guarded'), ifMatch }))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });
});

describe('delete', () => {
  it('removes all or none, and leaves history', async () => {
    await operator.policies.apply({ text: policyYaml('doomed') });
    const missing = await failure(operator.policies.delete({ policies: [ref('doomed'), ref('nobody')] }));
    expect(missing).toMatchObject({ code: 'NOT_FOUND' });
    expect(missing.message).toContain('Policy shop/nobody');
    expect(await harness.store.get(key('doomed'))).not.toBeNull();
    expect((await operator.policies.delete({ policies: [ref('doomed')] })).results[0]?.action).toBe(
      'deleted',
    );
    expect((await failure(operator.policies.get(ref('doomed')))).code).toBe('NOT_FOUND');
    const { entries } = await harness.store.list<HistoryValue>(keys.historyOf('Policy', 'shop', 'doomed'));
    expect(entries.map(({ value }) => value.action)).toEqual(['delete']);
  });
});

describe('waiting until realized', () => {
  it('waits for living nodes, and names pending and silent ones at the deadline', async () => {
    await using alive = await aliveNodes('node-1');
    const node = { addresses: [], bootId: 'b', version: '1', kernel: '6', started: '' };
    await harness.store.put(keys.node('node-2'), node);
    void alive;
    await until(
      async () => (await operator.cluster.listNodes({})).nodes.length === 2,
      'both nodes are known',
    );
    const late = await operator.policies.apply({
      text: policyYaml('waits', 82),
      waitRealized: true,
      timeoutSeconds: 1,
    });
    expect(late.realization).toEqual({
      realized: false,
      realizedNodes: [],
      pendingNodes: ['node-1'],
      silentNodes: ['node-2'],
      pending: [{ name: 'node-1', realized: null, errors: [] }],
    });

    const waiting = operator.policies.apply(
      { text: policyYaml('waits', 83), waitRealized: true, timeoutSeconds: 30 },
      { timeoutMs: 40_000 },
    );
    let revision = 0;
    await until(async () => {
      revision = (await harness.store.get(key('waits')))?.modRevision ?? 0;
      return revision > (late.revision?.revision ?? 0);
    }, 'the policy is written');
    await harness.store.put(keys.realized('node-1'), { generation: 1, revision, errors: [] });
    expect((await waiting).realization).toMatchObject({
      realized: true,
      realizedNodes: ['node-1'],
      silentNodes: ['node-2'],
    });
  }, 60_000);
});

async function aliveNodes(...names: string[]): Promise<AsyncDisposable> {
  const kept = names.map((name) =>
    harness.store.keepAlive(keys.alive(name), { since: new Date().toISOString() }, 15),
  );
  await until(
    async () => (await harness.store.list(keys.allAlive())).entries.length === names.length,
    'nodes are alive',
  );
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(kept.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

describe('REST', () => {
  it('applies YAML and JSON, gives an ETag, and honours If-Match', async () => {
    expect((await post(policyYaml('rest'))).json()).toMatchObject({ results: [{ action: 'created' }] });
    const got = await harness.get(replica, '/v1/policies/Policy/shop/rest', tls);
    const etag = String(got.headers['etag']);
    expect(etag).toMatch(/^"1\.\d+"$/);
    const { document } = got.json<{
      document: { spec: { ingress: { toPorts: { ports: { port: string }[] }[] }[] } };
    }>();
    const port = document.spec.ingress[0]?.toPorts[0]?.ports[0];
    if (port) port.port = '443';
    const json = { 'content-type': 'application/json' };
    const changed = await post(JSON.stringify(document), '', { ...json, 'if-match': etag });
    expect(changed.json()).toMatchObject({ results: [{ action: 'configured' }] });
    expect((await post(policyYaml('rest', 1), '', { 'if-match': etag })).status).toBe(412);
    expect((await post(policyYaml('rest', 1), '', { 'if-match': '"2.5"' })).status).toBe(412);
    expect((await post(policyYaml('rest', 1), '', { 'if-match': 'x' })).status).toBe(400);
    expect(
      (await post(`${policyYaml('rest')}---\n${policyYaml('web')}`, '', { 'if-match': etag })).status,
    ).toBe(400);
  });
  it.each([
    ['malformed YAML', 'a: [1', {}, 400],
    ['malformed JSON', '{"a":', { 'content-type': 'application/json' }, 400],
    ['an unknown media type', 'x', { 'content-type': 'application/x-thing' }, 400],
    ['an empty body', '', {}, 400],
    ['a huge body', 'x'.repeat(10 * 1024 * 1024), {}, 413],
  ])('refuses %s', async (_what, body, headers: Record<string, string>, status) => {
    const answer = await post(body, '', headers).catch((error: NodeJS.ErrnoException) => ({
      status: error.code,
    }));
    // A server that refuses a body unread may close the connection under it.
    expect(status === 413 ? [413, 'ECONNRESET', 'EPIPE'] : [status, 415]).toContain(answer.status);
  });
  it('refuses query parameters that it does not know', async () => {
    expect((await post(policyYaml('web'), '?dryrun=true')).status).toBe(400);
    expect((await post(policyYaml('web'), '?wait=forever')).status).toBe(400);
  });
  it('runs dry, deletes, and answers 404 with a reason', async () => {
    expect((await post(policyYaml('dry'), '?dryRun=true')).json()).toMatchObject({
      results: [{ action: 'created' }],
    });
    expect((await harness.get(replica, '/v1/policies/Policy/shop/dry', tls)).status).toBe(404);
    const gone = await harness.call(replica, 'DELETE', '/v1/policies/Policy/shop/dry', tls);
    expect([gone.status, gone.json()]).toMatchObject([
      404,
      { code: 'NOT_FOUND', hint: 'nothing was deleted' },
    ]);
    expect((await harness.call(replica, 'DELETE', '/v1/policies/Policy/shop/rest', tls)).status).toBe(200);
  });
  it('describes itself', async () => {
    const { paths } = (await harness.get(replica, '/openapi.json', tls)).json<{
      paths: Record<string, unknown>;
    }>();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/policies', '/v1/policies/{kind}/{scope}/{name}', '/v1/status']),
    );
  });
});

describe('audit', () => {
  it('has a line for each change with author, change and revision, and no documents', async () => {
    await operator.policies.apply({ text: policyYaml('audited', 4711) });
    await until(
      async () => JSON.stringify(await replica.audit()).includes('shop/audited'),
      'the audit line is there',
    );
    const line = (await replica.audit()).find(({ what }) => what === 'created Policy shop/audited');
    expect(line).toMatchObject({ event: 'apply', user: 'olga', role: 'operator', replica: 'cp-1' });
    expect(JSON.stringify(line)).not.toContain('4711');
  });
});
