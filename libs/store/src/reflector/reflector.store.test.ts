import { Etcd3 } from 'etcd3';
import { absolute } from '../codec.js';
import { connectStore, keys, StoreError, type Op, type Store } from '../index.js';
import { startEtcd, type TestEtcd } from '../testing/etcd.js';
import { Observer } from '../testing/observer.js';
import { CuttingProxy } from '../testing/proxy.js';
import { until } from '../testing/until.js';

const PREFIX = keys.endpoints('n');

/** A small generator of its own, so that a failure can be had again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One transaction of 1 to 4 different keys; what it will be seen as, without the revision. */
function step(pick: (below: number) => number, n: number): { ops: Op[]; touched: string[] } {
  const ids = new Set(Array.from({ length: 1 + pick(4) }, () => pick(40)));
  const touched = [...ids].map((id) => keys.endpoint('n', id));
  const ops = touched.map((key) => (pick(4) === 0 ? { delete: key } : { put: key, value: { n } }));
  return { ops, touched };
}

describe('reflector', () => {
  let etcd: TestEtcd;
  let store: Store;
  let proxy: CuttingProxy;
  let watching: Store;
  let raw: Etcd3;
  beforeEach(async () => {
    etcd = await startEtcd();
    store = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    proxy = await CuttingProxy.start('127.0.0.1', etcd.port);
    watching = connectStore({ endpoints: [proxy.endpoint], tls: etcd.tls });
    const { ca, cert, key } = etcd.tls;
    raw = new Etcd3({
      hosts: [...etcd.endpoints],
      credentials: { rootCertificate: ca, certChain: cert, privateKey: key },
    });
  });
  afterEach(async () => {
    raw.close();
    await watching[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await etcd.stop();
  });

  const expectSame = async (observer: Observer) => {
    const { entries } = await store.list(PREFIX);
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    expect([...observer.entries.values()].sort(byKey)).toEqual([...entries].sort(byKey));
    expect(observer.faults).toEqual([]);
  };

  it('delivers each change once and in order over 25 cut connections', async () => {
    await using observer = new Observer(watching, PREFIX);
    await observer.reflector.synced();
    const pick = random(7);
    const expected: string[] = [];
    const present = new Set<string>();
    let revision = 0;
    for (let n = 0; n < 1_000; n++) {
      const { ops, touched } = step(pick, n);
      ({ revision } = await store.txn([], ops));
      ops.forEach((op, i) => {
        const key = touched[i] ?? '';
        // Deleting what is not there is no event.
        if ('put' in op || present.has(key)) expected.push(`${key}@${revision}`);
        if ('put' in op) present.add(key);
        else present.delete(key);
      });
      if (n % 40 === 20) await until('a connection was cut', () => proxy.cut() > 0);
    }
    await observer.reached(revision);
    expect(proxy.accepted).toBeGreaterThan(20);
    expect(observer.fulls).toBe(1);
    // Within one revision the store orders by its own mind.
    expect([...observer.seen].sort()).toEqual([...expected].sort());
    expect(new Set(observer.seen).size).toBe(observer.seen.length);
    await expectSame(observer);
  }, 60_000);

  it('delivers a batch again, and nothing else, until its consumer has taken it', async () => {
    await using observer = new Observer(store, PREFIX);
    await observer.reflector.synced();
    const tried: number[] = [];
    observer.before = (batch) => {
      tried.push(batch.revision);
      if (tried.length < 3) throw new Error('not now');
    };
    const first = await store.put(keys.endpoint('n', 1), { n: 1 });
    const second = await store.put(keys.endpoint('n', 2), { n: 2 });
    await observer.reached(second);
    expect(tried).toEqual([first, first, first, second]);
    expect(observer.states.some((s) => s.phase === 'backoff')).toBe(true);
    await expectSame(observer);
  });

  it('lists again and delivers the difference when its revision was compacted while it was away', async () => {
    await using observer = new Observer(watching, PREFIX);
    await store.put(keys.endpoint('n', 1), { n: 1 });
    await observer.reached(await store.put(keys.endpoint('n', 2), { n: 1 }));
    proxy.refusing = true;
    proxy.cut();
    await store.delete(keys.endpoint('n', 1));
    await store.put(keys.endpoint('n', 2), { n: 2 });
    const last = await store.put(keys.endpoint('n', 3), { n: 3 });
    await raw.kv.compact({ revision: String(last), physical: true });
    proxy.refusing = false;
    await observer.reached(last);
    expect(observer.fulls).toBe(2);
    const full = observer.batches.at(-1);
    expect(full?.changes.map((c) => [c.key, c.entry === null])).toEqual([
      [keys.endpoint('n', 1), true],
      [keys.endpoint('n', 2), false],
      [keys.endpoint('n', 3), false],
    ]);
    await observer.reached(await store.put(keys.endpoint('n', 4), { n: 4 }));
    await expectSame(observer);
  });

  it('loses and doubles nothing over SIGKILLs of the store under load', async () => {
    await using observer = new Observer(store, PREFIX);
    await observer.reflector.synced();
    const pick = random(11);
    const written: string[] = [];
    for (let n = 0; n < 400; n++) {
      const { ops, touched } = step(pick, n);
      // A put in front makes sure that there is an event.
      const puts = ops.map((op, i) => ('put' in op ? op : { put: touched[i] ?? '', value: { n } }));
      try {
        const { revision } = await store.txn([], puts);
        written.push(...touched.map((key) => `${key}@${revision}`));
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
      }
      if (n % 130 === 100) {
        await etcd.kill('SIGKILL');
        await etcd.restart();
      }
    }
    const last = await store.put(keys.endpoint('n', 99), { n: 0 });
    await observer.reached(last);
    const seen = new Set(observer.seen);
    expect(seen.size).toBe(observer.seen.length);
    expect(written.filter((w) => !seen.has(w))).toEqual([]);
    expect(written.length).toBeGreaterThan(300);
    await expectSame(observer);
  }, 60_000);

  it('hands over a transaction of thousands of large values as one batch', async () => {
    await using observer = new Observer(watching, PREFIX);
    await observer.reflector.synced();
    const ops = Array.from({ length: 3_500 }, (_, n) => ({
      put: keys.endpoint('n', n),
      value: { x: 'x'.repeat(1_000) },
    }));
    const { revision } = await store.txn([], ops);
    await observer.reached(revision);
    expect(observer.batches.at(-1)).toMatchObject({ revision, full: false });
    expect(observer.batches.at(-1)?.changes).toHaveLength(3_500);
    await expectSame(observer);
  });

  it('reconnects when the connection stays open but nothing comes any more', async () => {
    await using observer = new Observer(watching, PREFIX, { idleTimeoutMs: 600 });
    await observer.reached(await store.put(keys.endpoint('n', 1), { n: 1 }));
    proxy.silent = true;
    const last = await store.put(keys.endpoint('n', 2), { n: 2 });
    await until('silence was noticed', () => observer.reflector.state.phase === 'backoff');
    expect(observer.reflector.state.error).toMatchObject({ code: 'unavailable' });
    proxy.silent = false;
    proxy.cut();
    await observer.reached(last);
    await expectSame(observer);
  });

  it('stays connected in silence as long as the store answers', async () => {
    await using observer = new Observer(watching, PREFIX, { idleTimeoutMs: 150 });
    await until('it watches', () => observer.reflector.state.phase === 'watching');
    const heard = observer.states.length;
    const started = Date.now();
    await until('five idle timeouts are over', () => Date.now() - started > 750);
    expect(observer.states).toHaveLength(heard);
  });

  it('lists periodically', async () => {
    await using observer = new Observer(store, PREFIX, { relistMs: 100 });
    await until('it listed three times', () => observer.fulls >= 3);
    await observer.reached(await store.put(keys.endpoint('n', 1), { n: 1 }));
    await expectSame(observer);
  });

  it('takes an unreadable value of an agent for absent, and says so', async () => {
    await using observer = new Observer(store, PREFIX);
    await observer.reached(await store.put(keys.endpoint('n', 1), { n: 1 }));
    await raw.kv.put({ key: absolute(keys.endpoint('n', 1)), value: Buffer.from('{') });
    await until('it is gone', () => observer.entries.size === 0);
    await until('it is told', () => observer.reflector.state.error !== null);
    expect(observer.reflector.state).toMatchObject({ phase: 'watching', error: { code: 'corrupt' } });
    await observer.reached(await store.put(keys.endpoint('n', 1), { n: 2 }));
    expect(observer.entries.size).toBe(1);
    expect(observer.faults).toEqual([]);
  });

  it("delivers nothing past an unreadable value of the control plane's, and goes on once it is repaired", async () => {
    const key = keys.policy('p', 's', 'n');
    await using observer = new Observer(store, keys.shared());
    await observer.reached(await store.put(key, { n: 1 }));
    const future = JSON.stringify({ kind: 'policy', version: 2, value: {} });
    await raw.kv.put({ key: absolute(key), value: Buffer.from(future) });
    await store.put(keys.endpoint('n', 1), { n: 1 });
    await until('it refused', () => observer.states.filter((s) => s.phase === 'backoff').length > 2);
    expect(observer.states.at(-1)?.error).toMatchObject({ code: 'schema' });
    expect([...observer.entries.values()].map((e) => e.value)).toEqual([{ n: 1 }]);
    await observer.reached(await store.put(key, { n: 2 }));
    expect(observer.entries.size).toBe(2);
    expect(observer.faults).toEqual([]);
  });

  it('freezes on a store that is older than what it told', async () => {
    await using observer = new Observer(watching, PREFIX);
    for (let n = 0; n < 20; n++) await store.put(keys.endpoint('n', n), { n });
    await observer.reached(await store.revision());
    await using other = await startEtcd({ ca: etcd.ca });
    proxy.retarget('127.0.0.1', other.port);
    proxy.cut();
    await until('it froze', () => observer.reflector.state.phase === 'frozen');
    expect(observer.reflector.state.error).toMatchObject({ code: 'rewound' });
    expect(observer.entries.size).toBe(20);
  });
});
