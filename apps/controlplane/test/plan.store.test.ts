import type { ApiError, Clients } from '@sluice/api';
import { keys, type EndpointValue, type IdentityValue } from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

let harness: Harness;
let replica: Replica;
let operator: Clients;

const DERIVED = { source: 'k8s', key: 'io.kubernetes.pod.namespace', value: 'shop' } as const;
const WORKLOADS = { web: 300, db: 301, idle: 302 } as const;

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  operator = harness.connect(replica, await harness.user('operator', 'olga'));
  for (const [name, number] of Object.entries(WORKLOADS)) {
    const identity: IdentityValue = {
      labels: [DERIVED, { source: 'user', key: 'app', value: name }],
      retiring: false,
    };
    const endpoint: EndpointValue = {
      addresses: [`198.18.64.${number - 290}`],
      identity: number,
      workload: { source: 'user', scope: 'shop', name },
      namedPorts: [],
      state: 'ready',
    };
    await harness.store.put(keys.identity(number), identity);
    await harness.store.put(keys.endpoint('node-1', number), endpoint);
  }
  await until(
    async () => (await operator.cluster.listEndpoints({})).endpoints.length === 3,
    'the replica knows the endpoints',
  );
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const policy = (name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name, namespace: 'shop' }, spec })}\n`;
const app = (name: string) => ({ matchLabels: { app: name } });
const tcp = (port: number) => [{ ports: [{ port: String(port), protocol: 'TCP' }] }];
const egress = policy('web', { endpointSelector: app('web'), egress: [{ toEndpoints: [app('db')] }] });
const ingress = (port: number) =>
  policy('db', {
    endpointSelector: app('db'),
    ingress: [{ fromEndpoints: [app('web')], toPorts: tcp(port) }],
  });
/** Until what was applied is in the replica's memory, of which plans are made. */
const apply = async (text: string, over = {}) => {
  const applied = await operator.policies.apply({ text, ...over });
  await until(
    async () =>
      (await operator.policies.plan({ text })).results.every(({ action }) => action === 'unchanged'),
    'the replica knows the policy',
  );
  return applied;
};
const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: ApiError) => error,
  );

describe('plan', () => {
  it('tells what live workloads would gain and lose, by rule and revision, and changes nothing', async () => {
    await apply(egress);
    const first = await operator.policies.plan({ text: ingress(8443) });
    expect(first).toMatchObject({ gained: 1, lost: 0, problems: [], needsForce: false, capacity: 16_384 });
    expect(first.results).toMatchObject([{ action: 'created', policy: { name: 'db' } }]);
    expect(first.rows).toMatchObject([
      {
        source: { identity: 300, workloads: ['shop/web'] },
        destination: { identity: 301, workloads: ['shop/db'] },
        ...{ protocol: 'TCP', firstPort: 8443, lastPort: 8443, allowed: true },
        before: [],
        beforeReason: 'default-deny',
        after: [
          { policy: { name: 'web' }, rule: 'egress[0]' },
          { policy: { name: 'db' }, rule: 'ingress[0]' },
        ],
      },
    ]);
    expect(first.sizes).toMatchObject([{ subject: { workloads: ['shop/db'] }, before: 0, after: 1 }]);
    expect(await harness.store.get(keys.policy('Policy', 'shop', 'db'))).toBeNull();

    const { results } = await apply(ingress(8443));
    const second = await operator.policies.plan({ text: ingress(8444) });
    const ports = second.rows.map(({ firstPort, allowed }) => [firstPort, allowed]);
    expect(ports).toEqual([
      [8443, false],
      [8444, true],
    ]);
    expect(second.rows[0]?.before[1]).toMatchObject({ rule: 'ingress[0]', revision: results[0]?.revision });
    const gone = await operator.policies.plan({ delete: [{ kind: 'Policy', scope: 'shop', name: 'db' }] });
    expect(gone).toMatchObject({ gained: 0, lost: 1, results: [{ action: 'deleted' }] });
  });

  it('is the same over REST, and lists mistakes with their places', async () => {
    const viewer = await harness.user('viewer');
    const headers = { 'content-type': 'application/json' };
    const answer = await harness.call(
      replica,
      'POST',
      '/v1/policies/plan?file=db.yaml',
      viewer,
      ingress(8444),
      headers,
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ gained: 1, lost: 1 });
    const bad = await harness.call(replica, 'POST', '/v1/policies/plan', viewer, 'kind: Policy', {
      'content-type': 'text/yaml',
    });
    expect(bad.json<{ problems: unknown[] }>().problems.length).toBeGreaterThan(0);
    const deleted = await harness.call(
      replica,
      'POST',
      '/v1/policies/plan?delete=Policy/shop/db',
      viewer,
      '',
      { 'content-type': 'text/yaml' },
    );
    expect(deleted.json()).toMatchObject({ lost: 1 });
  });

  it('refuses to plan nothing, and the end of what is not there', async () => {
    expect(await failure(operator.policies.plan({}))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const nobody = { kind: 'Policy', scope: 'shop', name: 'nobody' };
    expect(await failure(operator.policies.plan({ delete: [nobody] }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an apply that depends on a plan', () => {
  it('holds while no policy was changed since, and else names who changed what', async () => {
    const planned = async () =>
      Number((await operator.policies.plan({ text: ingress(9000) })).revision?.revision);
    const stale = await planned();
    await apply(policy('other', { endpointSelector: app('idle'), ingress: [{}] }));
    const error = await failure(operator.policies.apply({ text: ingress(9000), planRevision: stale }));
    expect(error).toMatchObject({ code: 'ABORTED' });
    expect(error?.message).toContain('Policy shop/other (olga');
    const fresh = await planned();
    const { results } = await operator.policies.apply({ text: ingress(9000), planRevision: fresh });
    expect(results[0]?.action).toBe('configured');
    const again = await failure(operator.policies.apply({ text: ingress(9001), planRevision: fresh }));
    expect(again).toMatchObject({ code: 'ABORTED' });
  });

  it('is needed to see what fills a map: an apply above 80% is refused unless it is forced', async () => {
    const fromCIDR = Array.from({ length: 420 }, (_, i) => `198.18.${i >> 8}.${i & 255}/32`);
    const ports = Array.from({ length: 40 }, (_, i) => ({ port: String(1000 + 7 * i), protocol: 'TCP' }));
    const full = policy('full', {
      endpointSelector: app('db'),
      ingress: [{ fromCIDR, toPorts: [{ ports }] }],
    });
    expect(await operator.policies.plan({ text: full })).toMatchObject({ needsForce: true });
    const error = await failure(operator.policies.apply({ text: full }));
    expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(error?.message).toMatch(
      /the policy map of shop\/db would have 16\d{3} entries, more than 80% of 16384/,
    );
    const { problems } = await operator.policies.validate({ text: full, dryRun: true });
    expect(problems).toMatchObject([{ path: '$' }]);
    const olga = await harness.user('operator', 'olga');
    const json = { 'content-type': 'application/json' };
    for (const [force, status] of [
      ['false', 413],
      ['true', 200],
    ] as const) {
      const path = `/v1/policies?force=${force}`;
      expect((await harness.call(replica, 'POST', path, olga, full, json)).status).toBe(status);
    }
    await operator.policies.delete({ policies: [{ kind: 'Policy', scope: 'shop', name: 'full' }] });
    expect((await operator.policies.apply({ text: full, force: true })).results[0]?.action).toBe('created');
    await operator.policies.delete({ policies: [{ kind: 'Policy', scope: 'shop', name: 'full' }] });
  });

  it('is in conflict also with a deletion', async () => {
    const planned = Number((await operator.policies.plan({ text: ingress(9002) })).revision?.revision);
    await operator.policies.delete({ policies: [{ kind: 'Policy', scope: 'shop', name: 'other' }] });
    const error = await failure(operator.policies.apply({ text: ingress(9002), planRevision: planned }));
    expect(error?.message).toContain('Policy shop/other');
  });
});
