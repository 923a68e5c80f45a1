import type { ApiError, Clients } from '@sluice/api';
import { keys, type AllocationValue, type ServiceValue, type SettingsValue } from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

let harness: Harness;
let replica: Replica;
let admin: Clients;
const allocation: AllocationValue = {
  nodeId: 1,
  addresses: ['198.18.0.1'],
  tunnelAddress: '198.18.0.1',
  prefixes: ['198.18.64.0/24'],
};

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  admin = harness.connect(replica, await harness.user('admin'));
  await harness.store.put(keys.allocation('node-1'), allocation);
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const label = (key: string, value: string, source = '') => ({ source, key, value });
const labelsOf = async () =>
  (await harness.store.get<AllocationValue>(keys.allocation('node-1')))?.value.labels;

describe('labels of a node', () => {
  it('are set, replaced by key and removed; all else of the node stays', async () => {
    const answer = await admin.cluster.labelNode({
      name: 'node-1',
      set: [label('rack', 'a'), label('zone', 'z', 'k8s')],
    });
    expect(answer.labels).toEqual([
      label('kubernetes.io/hostname', 'node-1', 'k8s'),
      label('zone', 'z', 'k8s'),
      label('rack', 'a', 'user'),
    ]);
    await admin.cluster.labelNode({ name: 'node-1', set: [label('rack', 'b', 'k8s')], remove: ['zone'] });
    expect(await labelsOf()).toEqual([label('rack', 'b', 'k8s')]);
    expect((await harness.store.get(keys.allocation('node-1')))?.value).toMatchObject(allocation);
    await until(
      async () => (await admin.cluster.listNodes({})).nodes[0]?.labels.length === 2,
      'the list has them',
    );
  });

  it.each([
    ['the name’s own label', { set: [label('kubernetes.io/hostname', 'node-2', 'k8s')] }],
    ['removing the name’s own label', { remove: ['kubernetes.io/hostname'] }],
    ['a source that is Sluice’s', { set: [label('host', '', 'reserved')] }],
    ['an unknown source', { set: [label('a', 'b', 'nobody')] }],
    ['an empty key', { set: [label('', 'b')] }],
  ])('are refused: %s', async (_what, change) => {
    const before = await labelsOf();
    const error = await admin.cluster.labelNode({ name: 'node-1', ...change }).catch((e: ApiError) => e);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await labelsOf()).toEqual(before);
  });

  it('need the node', async () => {
    const error = await admin.cluster.labelNode({ name: 'nobody', set: [] }).catch((e: ApiError) => e);
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('services', () => {
  it('are made, changed, listed and removed, over gRPC and REST', async () => {
    const stored = await admin.cluster.putService({
      scope: 'shop',
      name: 'bank',
      backends: ['198.19.0.7', 'FD00:198:0:0::7', '198.19.0.7'],
    });
    expect(stored).toMatchObject({ backends: ['198.19.0.7', 'fd00:198::7'], owner: 'api' });
    const operator = await harness.user('operator');
    const body = JSON.stringify({ selector: { app: 'web' }, labels: [{ key: 'tier', value: 'front' }] });
    const headers = { 'content-type': 'application/json' };
    const put = await harness.call(replica, 'PUT', '/v1/services/shop/web', operator, body, headers);
    expect(put.status).toBe(200);
    expect((await harness.store.get<ServiceValue>(keys.service('shop', 'web')))?.value).toEqual({
      labels: [label('tier', 'front', 'user')],
      selector: { app: 'web' },
      backends: [],
      owner: 'api',
    });
    await until(
      async () => (await admin.cluster.listServices({ scope: 'shop' })).services.length === 2,
      'both are listed',
    );
    expect((await admin.cluster.listServices({ scope: 'other' })).services).toEqual([]);
    const gone = await harness.call(replica, 'DELETE', '/v1/services/shop/web', operator);
    expect(gone.status).toBe(204);
    await admin.cluster.deleteService({ scope: 'shop', name: 'bank' });
    expect(await harness.store.get(keys.service('shop', 'bank'))).toBeNull();
  });

  it.each([
    ['a selector and backends', { scope: 's', name: 'n', selector: { a: 'b' }, backends: ['198.19.0.1'] }],
    ['a prefix as backend', { scope: 's', name: 'n', backends: ['198.19.0.0/16'] }],
    ['a name with a slash', { scope: 's', name: 'a/../b' }],
    ['no scope', { scope: '', name: 'n' }],
  ])('are refused: %s', async (_what, service) => {
    const error = await admin.cluster.putService(service).catch((e: ApiError) => e);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await harness.store.list(keys.services())).entries).toEqual([]);
  });

  it('of a mirror are left to it', async () => {
    const value: ServiceValue = { labels: [], selector: null, backends: [], owner: 'mirror' };
    await harness.store.put(keys.service('k', 'mine'), value);
    for (const call of [
      () => admin.cluster.putService({ scope: 'k', name: 'mine' }),
      () => admin.cluster.deleteService({ scope: 'k', name: 'mine' }),
    ])
      expect(await call().catch((e: ApiError) => e)).toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((await harness.store.get(keys.service('k', 'mine')))?.value).toEqual(value);
  });
});

describe('settings', () => {
  it('take addresses of the API server, and keep them where they are not named', async () => {
    const kubeApiserver = { values: ['198.19.0.6', 'fd00:198::0:6', '198.19.0.6'] };
    await admin.cluster.putSettings({ kubeApiserver });
    const changed = await admin.cluster.putSettings({ mode: 'default' });
    expect(changed).toMatchObject({
      mode: 'default',
      kubeApiserver: { values: ['198.19.0.6', 'fd00:198::6'] },
    });
    await admin.cluster.putSettings({ kubeApiserver: { values: [] } });
    expect((await harness.store.get<SettingsValue>(keys.settings()))?.value.kubeApiserver).toEqual([]);
    const error = await admin.cluster
      .putSettings({ kubeApiserver: { values: ['nowhere'] } })
      .catch((e: ApiError) => e);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
