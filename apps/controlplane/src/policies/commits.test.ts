import { expect, test } from '@jest/globals';
import type { Condition, Entry, Op, PolicyValue, Store } from '@sluice/store';
import { keys } from '@sluice/store';
import type { Metrics } from '../metrics/metrics.js';
import type { ClusterCache } from '../store/cache.js';
import type { StoreGate } from '../store/gate.js';
import { Commits } from './commits.js';
import type { Limits } from './limits.js';
import { keyOf, planApply, planDelete, type Change } from './plan.js';
import { notFound } from '../failure.js';

const REF = { kind: 'Policy', scope: 'shop', name: 'a' };
const DOCUMENT = { spec: {} };
const CHANGE: Change = {
  id: 'c',
  author: 'me',
  time: '2026-01-01T00:00:00Z',
  newUid: () => 'u',
  admin: true,
};

const value = (document: unknown, owner: PolicyValue['owner'] = 'api'): PolicyValue => ({
  uid: 'u',
  document,
  author: 'other',
  time: '2026-01-01T00:00:00Z',
  change: 'b',
  owner,
});

/** A store of one policy, and a memory of it that may be older. */
class World {
  reads = 0;
  writes = 0;
  readonly stored = new Map<string, Entry>();
  readonly remembered = new Map<string, Entry>();
  revision = 10;
  remembers = 10;

  set(where: 'stored' | 'remembered', policy: PolicyValue, modRevision: number): this {
    const key = keyOf(REF);
    this[where].set(key, { key, value: policy, modRevision, createRevision: 1 });
    return this;
  }

  private readonly store = {
    get: (key: string) => {
      this.reads += 1;
      return Promise.resolve(this.stored.get(key) ?? null);
    },
    txn: (conditions: readonly Condition[], ops: readonly Op[]) => {
      const holds = conditions.every(
        (c) =>
          c.key === keys.cluster() ||
          (this.stored.get(c.key)?.modRevision ?? 0) === ('absent' in c ? 0 : c.modRevision),
      );
      if (holds) {
        this.writes += 1;
        this.revision += 1;
        for (const op of ops) if ('delete' in op) this.stored.delete(op.delete);
      }
      return Promise.resolve({ succeeded: holds, revision: this.revision });
    },
  } as unknown as Store;

  commits(): Commits {
    const cluster = { key: keys.cluster(), value: { uuid: 'x', generation: 1 }, modRevision: 1 };
    const use = <T>(work: (store: Store) => Promise<T>) => work(this.store);
    const known = () => Promise.resolve(cluster);
    const gate = { use, write: use, knownCluster: known, cluster: known, onAccepted: () => undefined };
    const cache = {
      synced: true,
      get: (key: string) => this.remembered.get(key) ?? null,
    };
    Object.defineProperty(cache, 'revision', { get: () => this.remembers });
    const limits = { checkPlan: () => undefined };
    const metrics = { conflicts: { inc: () => undefined } };
    return new Commits(
      gate as unknown as StoreGate,
      cache as unknown as ClusterCache,
      limits as unknown as Limits,
      metrics as unknown as Metrics,
    );
  }
}

const apply = (commits: Commits, document: unknown = DOCUMENT) =>
  commits.commit({
    refs: [REF],
    ifMatch: [],
    change: CHANGE,
    planner: (present) => planApply([{ ref: REF, document, index: 0 }], present, CHANGE),
  });

test('memory that is up to date saves the read', async () => {
  const world = new World();
  const { plan, revision } = await apply(world.commits());
  expect(plan.results[0]?.action).toBe('created');
  expect([world.reads, world.writes, revision]).toEqual([0, 1, 11]);
});

test('memory that is old costs a transaction, and the change is made on what the store has', async () => {
  const world = new World().set('stored', value({ spec: { other: 1 } }), 9);
  const { plan } = await apply(world.commits());
  expect(plan.results[0]?.action).toBe('configured');
  expect([world.reads, world.writes]).toEqual([1, 1]);
});

test('nothing is called unchanged because memory says so', async () => {
  const world = new World()
    .set('remembered', value(DOCUMENT), 5)
    .set('stored', value({ spec: { other: 1 } }), 9);
  const { plan } = await apply(world.commits());
  expect(plan.results[0]?.action).toBe('configured');
  expect(world.writes).toBe(1);
});

test('nothing is refused because memory says so', async () => {
  const foreign = new World().set('remembered', value({}, 'directory'), 5).set('stored', value({}), 9);
  await expect(apply(foreign.commits())).resolves.toMatchObject({
    plan: { results: [{ action: 'configured' }] },
  });
  const absent = new World().set('stored', value({}), 9);
  const deleted = absent.commits().commit({
    refs: [REF],
    ifMatch: [{ policy: REF, revision: 9 }],
    change: CHANGE,
    planner: (present) => {
      if (!present.has(keyOf(REF))) throw notFound('there is none');
      return planDelete([REF], present, CHANGE);
    },
  });
  await expect(deleted).resolves.toMatchObject({ plan: { results: [{ action: 'deleted' }] } });
});

test('what the store refuses is refused, whatever memory says', async () => {
  const world = new World().set('remembered', value({}), 9).set('stored', value({}, 'directory'), 10);
  await expect(apply(world.commits())).rejects.toThrow('belongs to the directory');
  expect(world.writes).toBe(0);
});

test('a plan that does not name all that it looked at is not made from memory', async () => {
  const world = new World().set('remembered', value({}), 9);
  const planner = () => ({ results: [], conditions: [], ops: [{ put: keyOf(REF), value: value({}) }] });
  await world.commits().commit({ refs: [REF], ifMatch: [], change: CHANGE, planner });
  expect(world.reads).toBe(1);
});

test('memory that has not seen the last change of this replica is not asked', async () => {
  const world = new World();
  const commits = world.commits();
  await apply(commits);
  await apply(commits);
  expect(world.reads).toBe(1);
});
