import { hashLabels, makeLabels } from '@sluice/labels';
import {
  assignIdentity,
  connectStore,
  IdentityCollector,
  keys,
  type IdentityValue,
  type Store,
} from './index.js';
import { startEtcd, type TestEtcd } from './testing/etcd.js';

describe('identities that nobody claims', () => {
  let etcd: TestEtcd;
  let store: Store;
  let now = 0;
  beforeAll(async () => {
    etcd = await startEtcd();
    store = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    await store.put(keys.cluster(), { uuid: 'u', generation: 1 });
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const web = makeLabels(['k8s:app=web']);
  const claim = keys.claim('node-1', hashLabels(web));
  const collector = () => new IdentityCollector(store, { graceMs: 1_000, now: () => now });
  const nothing = { marked: [], cleared: [], deleted: [], released: [] };
  const node = { addresses: [], bootId: 'b', version: '1', kernel: '6', started: 't' };

  it('keep their number for the grace, are theirs again when claimed, and are gone after it', async () => {
    await store.put(keys.node('node-1'), node);
    await store.put(claim, { labels: web });
    const number = await assignIdentity(store, web);
    const one = collector();
    expect(await one.pass()).toEqual(nothing);

    await store.delete(claim);
    expect(await one.pass()).toEqual({ ...nothing, marked: [number] });
    expect((await store.get<IdentityValue>(keys.identity(number)))?.value.retiring).toBe(true);
    expect(await one.pass()).toEqual(nothing);

    await store.put(claim, { labels: web });
    expect(await assignIdentity(store, web)).toBe(number);
    expect((await store.get<IdentityValue>(keys.identity(number)))?.value.retiring).toBe(false);
    await store.delete(claim);
    expect(await one.pass()).toEqual({ ...nothing, marked: [number] });
    await store.put(claim, { labels: web });
    expect(await one.pass()).toEqual({ ...nothing, cleared: [number] });
    await store.delete(claim);
    expect(await one.pass()).toEqual({ ...nothing, marked: [number] });

    // Whoever begins later counts the grace from when it saw the mark.
    now += 999;
    const two = collector();
    expect(await two.pass()).toEqual(nothing);
    now += 1;
    expect(await two.pass()).toEqual(nothing);
    expect(await one.pass()).toEqual({ ...nothing, deleted: [number] });
    expect(await store.get(keys.identityOf(hashLabels(web)))).toBeNull();
    const next = await assignIdentity(store, web);
    expect(next).not.toBe(number);
    await store.put(claim, { labels: web });

    // The number rests until the node's kernel has followed.
    expect(await one.pass()).toEqual(nothing);
    const { revision } = (await store.list(keys.retiredIdentities())) as { revision: number };
    await store.put(keys.realized('node-1'), { generation: 2, revision, errors: [] });
    expect(await one.pass()).toEqual(nothing);
    await store.put(keys.realized('node-1'), { generation: 1, revision, errors: [] });
    expect(await one.pass()).toEqual({ ...nothing, released: [number] });
  });

  it('are not taken from an endpoint that bears their number without a claim', async () => {
    const labels = makeLabels(['k8s:app=lost']);
    const number = await assignIdentity(store, labels);
    await store.put(keys.endpoint('node-1', 7), {
      addresses: ['198.18.64.7'],
      identity: number,
      workload: { source: 'user', scope: 'default', name: 'x' },
      namedPorts: [],
      state: 'ready',
    });
    expect((await collector().pass()).marked).not.toContain(number);
  });
});
