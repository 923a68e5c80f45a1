import { connectStore, keys, StoreError, type Store } from './index.js';
import { startEtcd, type TestEtcd } from './testing/etcd.js';

describe('store', () => {
  let etcd: TestEtcd;
  let store: Store;
  beforeAll(async () => {
    etcd = await startEtcd();
    store = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await etcd.stop();
  });

  const code = (c: string): unknown => expect.objectContaining({ name: 'StoreError', code: c });

  it('writes, reads and deletes one key', async () => {
    expect(await store.get(keys.nodeId(1))).toBeNull();
    const revision = await store.put(keys.nodeId(1), { node: 'a' });
    expect(await store.get(keys.nodeId(1))).toEqual({
      key: 'node-id/1',
      value: { node: 'a' },
      createRevision: revision,
      modRevision: revision,
    });
    const second = await store.put(keys.nodeId(1), { node: 'b' });
    expect(second).toBe(revision + 1);
    expect(await store.revision()).toBe(second);
    expect(await store.get(keys.nodeId(1))).toMatchObject({ createRevision: revision, modRevision: second });
    expect(await store.delete(keys.nodeId(1))).toBe(true);
    expect(await store.delete(keys.nodeId(1))).toBe(false);
    expect(await store.get(keys.nodeId(1))).toBeNull();
  });

  it('lists a prefix at one revision, over several pages, and not its neighbours', async () => {
    await store.put(keys.endpoint('node-10', 1), { n: 0 });
    const count = 12_001;
    for (let at = 0; at < count; at += 4_000) {
      const ids = Array.from({ length: Math.min(4_000, count - at) }, (_, i) => at + i);
      const ops = ids.map((n) => ({ put: keys.endpoint('node-1', n), value: { n } }));
      expect((await store.txn([], ops)).succeeded).toBe(true);
    }
    const { entries, revision } = await store.list<{ n: number }>(keys.endpoints('node-1'));
    expect(entries).toHaveLength(count);
    expect(new Set(entries.map((e) => e.value.n)).size).toBe(count);
    expect(revision).toBe(await store.revision());
  });

  it('does all of a transaction or nothing', async () => {
    const absent = [{ key: keys.node('t'), absent: true }] as const;
    const ops = [
      { put: keys.node('t'), value: { x: 1 } },
      { put: keys.nodeId(7), value: { node: 't' } },
    ];
    expect(await store.txn(absent, ops)).toMatchObject({ succeeded: true });
    const before = await store.revision();
    expect(await store.txn(absent, [{ delete: keys.nodeId(7) }])).toEqual({
      succeeded: false,
      revision: before,
    });
    const entry = await store.get(keys.node('t'));
    const condition = [{ key: keys.node('t'), modRevision: entry?.modRevision ?? 0 }];
    expect((await store.txn(condition, [{ delete: keys.nodeId(7) }])).succeeded).toBe(true);
    expect((await store.txn(condition, [{ delete: keys.node('t') }])).succeeded).toBe(true);
    expect((await store.txn(condition, [{ put: keys.node('t'), value: { x: 2 } }])).succeeded).toBe(false);
  });

  it('refuses keys, values and sizes that are none, each by its code', async () => {
    await expect(store.put('nonsense/1', {})).rejects.toEqual(code('schema'));
    await expect(store.put(keys.node('a/b'), {})).rejects.toEqual(code('schema'));
    await expect(store.put(keys.node('a'), undefined)).rejects.toEqual(code('invalid'));
    await expect(store.list('nodes')).rejects.toEqual(code('invalid'));
    const big = { put: keys.node('big'), value: { x: 'x'.repeat(3 << 20) } };
    await expect(store.txn([], [big, { ...big, put: keys.node('big2') }])).rejects.toEqual(code('too-large'));
    const many = Array.from({ length: 4_097 }, (_, n) => ({ delete: keys.nodeId(n) }));
    await expect(store.txn([], many)).rejects.toEqual(code('too-large'));
    expect(() => connectStore({ endpoints: [], tls: etcd.tls })).toThrow(StoreError);
    expect(() => connectStore({ endpoints: ['http://127.0.0.1:1'], tls: etcd.tls })).toThrow(/https/);
    expect(() => store.keepAlive(keys.alive('a'), {}, 5)).toThrow(/15 s/);
  });
});
