import { createClients, type ApiError, type TlsPems } from '@sluice/api';
import { createCa, issue } from '@sluice/pki';
import { Harness, until, type Replica } from './harness.js';

const ROLES = ['viewer', 'operator', 'admin', 'node', 'controlplane', 'stranger'] as const;
type Level = 'viewer' | 'operator' | 'admin' | 'any' | 'viewer+cp' | 'operator+cp';
const MAY: Record<Level, readonly string[]> = {
  viewer: ['viewer', 'operator', 'admin'],
  'viewer+cp': ['viewer', 'operator', 'admin', 'controlplane'],
  operator: ['operator', 'admin'],
  'operator+cp': ['operator', 'admin', 'controlplane'],
  admin: ['admin'],
  any: ['viewer', 'operator', 'admin', 'node', 'controlplane'],
};

let harness: Harness;
let replica: Replica;
const users = new Map<string, TlsPems>();
const user = (role: string) => users.get(role) as TlsPems;

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  for (const role of ROLES) users.set(role, await harness.user(role));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

/** Whether the guard let a call pass, whatever came of it then. */
const passed = (code: string) => code !== 'PERMISSION_DENIED' && code !== 'UNAUTHENTICATED';

describe('gRPC', () => {
  const calls: [string, Level, (c: ReturnType<typeof createClients>) => Promise<unknown>][] = [
    ['Policies.Apply', 'operator', (c) => c.policies.apply({ text: 'x' })],
    ['Policies.Validate', 'viewer', (c) => c.policies.validate({ text: 'x' })],
    ['Policies.Get', 'viewer', (c) => c.policies.get({ kind: 'Policy', scope: 'a', name: 'b' })],
    ['Policies.List', 'viewer', (c) => c.policies.list({})],
    ['Policies.Delete', 'operator', (c) => c.policies.delete({})],
    ['Cluster.ListIdentities', 'viewer', (c) => c.cluster.listIdentities({})],
    ['Cluster.ListEndpoints', 'viewer', (c) => c.cluster.listEndpoints({})],
    ['Cluster.ListNodes', 'viewer', (c) => c.cluster.listNodes({})],
    ['Cluster.DeleteNode', 'admin', (c) => c.cluster.deleteNode({ name: 'nobody' })],
    ['Cluster.ListPools', 'viewer', (c) => c.cluster.listPools({})],
    ['Cluster.PutPool', 'admin', (c) => c.cluster.putPool({ name: '' })],
    ['Cluster.GetSettings', 'viewer', (c) => c.cluster.getSettings({})],
    ['Cluster.PutSettings', 'admin', (c) => c.cluster.putSettings({ mode: 'nonsense' })],
    ['Cluster.LabelNode', 'admin', (c) => c.cluster.labelNode({ name: 'nobody' })],
    ['Cluster.ListServices', 'viewer', (c) => c.cluster.listServices({})],
    ['Cluster.PutService', 'operator', (c) => c.cluster.putService({})],
    ['Cluster.DeleteService', 'operator', (c) => c.cluster.deleteService({})],
    ['Cluster.Status', 'viewer', (c) => c.cluster.status({})],
    ['NodeInspection.DumpMap', 'operator+cp', (c) => c.inspection.dumpMap({})],
    ['Flows.Observe', 'viewer+cp', (c) => drained(c.flows.observe({ follow: false }))],
  ];
  it.each(calls)('%s is open to %s and above only', async (_name, level, call) => {
    const may: string[] = [];
    for (const role of ROLES) {
      const clients = createClients(replica.grpc, user(role));
      const code = await call(clients).then(
        () => 'OK',
        (error: ApiError & { details?: string }) => codeName(error),
      );
      clients.close();
      if (passed(code)) may.push(role);
    }
    expect(may).toEqual(MAY[level]);
  });

  it('AgentStream.Connect is for nodes, each under its own name', async () => {
    for (const role of ROLES) {
      const clients = createClients(replica.grpc, user(role));
      const stream = clients.agentStream.connect();
      const ended = new Promise<string>((resolve) => stream.on('error', (error) => resolve(codeName(error))));
      stream.on('data', () => undefined);
      stream.write({ hello: { node: 'somebody-else', version: '1' } });
      expect(await ended).toBe(role === 'stranger' ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED');
      clients.close();
    }
    await until(
      async () => (await replica.audit()).some(({ reason }) => String(reason).includes('stranger')),
      'the lines are there',
    );
    const lines = (await replica.audit()).filter(({ what }) => String(what).includes('onnect'));
    const named = ROLES.map((role) => (role === 'stranger' ? '' : role));
    expect(lines.map(({ user: name, event }) => [name, event])).toEqual(
      named.map((name) => [name, 'refused']),
    );
  });

  it('wants a first message that says who it is', async () => {
    const clients = createClients(replica.grpc, user('node'));
    const stream = clients.agentStream.connect();
    const ended = new Promise<string>((resolve) => stream.on('error', (error) => resolve(codeName(error))));
    stream.write({ done: {} });
    expect(await ended).toBe('INVALID_ARGUMENT');
    clients.close();
  });
});

describe('REST', () => {
  const routes: [string, string, Level, string?][] = [
    ['POST', '/v1/policies', 'operator', 'x'],
    ['GET', '/v1/policies', 'viewer'],
    ['GET', '/v1/policies/Policy/a/b', 'viewer'],
    ['DELETE', '/v1/policies/Policy/a/b', 'operator'],
    ['GET', '/v1/identities', 'viewer'],
    ['GET', '/v1/endpoints', 'viewer'],
    ['GET', '/v1/nodes', 'viewer'],
    ['DELETE', '/v1/nodes/nobody', 'admin'],
    ['GET', '/v1/pools', 'viewer'],
    ['PUT', '/v1/pools/p', 'admin', '{}'],
    ['GET', '/v1/settings', 'viewer'],
    ['PUT', '/v1/settings', 'admin', '{"mode":"nonsense"}'],
    ['GET', '/v1/status', 'viewer'],
    ['GET', '/v1/flows', 'viewer'],
    ['GET', '/healthz', 'any'],
    ['GET', '/readyz', 'any'],
    ['GET', '/metrics', 'viewer'],
    ['GET', '/openapi.json', 'viewer'],
  ];
  it.each(routes)('%s %s is open to %s and above only', async (...[method, path, level, body]) => {
    const may: string[] = [];
    const headers: Record<string, string> =
      body === undefined
        ? {}
        : { 'content-type': path === '/v1/policies' ? 'text/yaml' : 'application/json' };
    for (const role of ROLES) {
      const { status } = await harness.call(replica, method, path, user(role), body, headers);
      if (status !== 401 && status !== 403) may.push(role);
    }
    expect(may).toEqual(MAY[level]);
  });
  it('audits what it refuses, with who and why', async () => {
    await harness.call(replica, 'DELETE', '/v1/nodes/x', user('viewer'));
    const find = async () =>
      (await replica.audit()).find(
        ({ what, user: name }) => what === 'DELETE /v1/nodes/:name' && name === 'viewer',
      );
    await until(async () => (await find()) !== undefined, 'the audit line is there');
    expect(await find()).toMatchObject({
      event: 'refused',
      protocol: 'rest',
      reason: expect.stringContaining('wants admin'),
    });
  });
  it('refuses bodies that do not fit, naming the field', async () => {
    const json = { 'content-type': 'application/json' };
    const put = (path: string, body: unknown) =>
      harness.call(replica, 'PUT', path, user('admin'), JSON.stringify(body), json);
    expect((await put('/v1/settings', { mode: 'always', extra: 1 })).text).toContain('extra');
    expect((await put('/v1/settings', { tunnelPort: 70_000 })).text).toContain('tunnelPort');
    expect((await put('/v1/pools/p', { prefix: '198.18.0.0/16' })).text).toContain('nodePrefixLength');
    expect((await put('/v1/pools/p', { prefix: '198.18.0.0', nodePrefixLength: 24 })).status).toBe(400);
    expect(
      (await put('/v1/pools/p', { prefix: 'fd00:198:1::/56', nodePrefixLength: 64 })).json(),
    ).toMatchObject({ capacity: 256 });
    expect((await put('/v1/settings', { mode: 'default' })).json()).toMatchObject({
      mode: 'default',
      tunnelPort: 8472,
    });
  });
});

describe('certificates', () => {
  const status = (tls: TlsPems | null) =>
    harness.get(replica, '/healthz', tls).then(
      (answer) => answer.status,
      () => 'refused',
    );
  const code = async (tls: TlsPems) => {
    const clients = createClients(replica.grpc, tls);
    const result = await clients.cluster.status({}, { timeoutMs: 3000 }).then(
      () => 'OK',
      (error: ApiError) => error.code,
    );
    clients.close();
    return result;
  };
  it('of the authority pass', async () =>
    expect([await status(user('viewer')), await code(user('viewer'))]).toEqual([200, 'OK']));
  it('must be there', async () => expect(await status(null)).toBe('refused'));
  it('must not have expired', async () => {
    const expired = await harness.user('admin', 'admin', 1, new Date(Date.now() - 3 * 24 * 3600 * 1000));
    expect([await status(expired), await code(expired)]).toEqual(['refused', 'UNAVAILABLE']);
  });
  it('must be of our authority', async () => {
    const other = await createCa({ commonName: 'other' });
    const foreign = await issue(other, {
      commonName: 'admin',
      organization: 'sluice:admin',
      usages: ['client'],
    });
    const tls = { ...foreign, ca: harness.ca.cert };
    expect([await status(tls), await code(tls)]).toEqual(['refused', 'UNAVAILABLE']);
  });
});

function drained(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('data', () => undefined);
    stream.on('end', resolve);
    stream.on('error', reject);
  });
}

function codeName(error: unknown): string {
  const { code } = error as { code: string | number };
  const names: Record<number, string> = {
    3: 'INVALID_ARGUMENT',
    7: 'PERMISSION_DENIED',
    16: 'UNAUTHENTICATED',
  };
  return typeof code === 'string' ? code : (names[code] ?? String(code));
}
