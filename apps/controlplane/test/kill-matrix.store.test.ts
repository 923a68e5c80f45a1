import type { Clients } from '@sluice/api';
import { hashLabels, makeLabels } from '@sluice/labels';
import {
  type AllocationValue,
  connectStore,
  type IdentityOfValue,
  keys,
  type PendingValue,
  type PolicyValue,
  type Store,
} from '@sluice/store';
import { contradictions } from './consistency.js';
import { Harness, policyYaml, until, type Replica } from './harness.js';
import { MortalStore } from './mortal.js';

interface Victim {
  readonly replica: Replica;
  readonly store: MortalStore;
  readonly clients: Clients;
}

/** One kind of write, on things that only this case has. */
interface Kind {
  readonly what: string;
  /** What has to be there before. */
  readonly prepare?: (at: Clients, id: string) => Promise<unknown>;
  readonly run: (at: Clients, id: string) => Promise<unknown>;
  /** What the write is about, as the store has it. */
  readonly look: (id: string) => Promise<unknown>;
  /** Nobody calls for it again: whoever lives does it by itself. */
  readonly byItself?: boolean;
}

let harness: Harness;
/** With every right: what nodes write is written with it. */
let root: Store;
let victim: Victim;

async function replica(): Promise<Victim> {
  let store: MortalStore | null = null;
  const around = (inner: Store) => (store = new MortalStore(inner));
  const one = await harness.replica(true, {}, { around, logLevels: [] });
  return { replica: one, store: store!, clients: harness.connect(one, await harness.user('admin')) };
}

beforeAll(async () => {
  harness = await Harness.start();
  root = connectStore({ endpoints: harness.etcd.endpoints, tls: harness.etcd.tls });
  victim = await replica();
}, 60_000);
afterAll(async () => {
  await root[Symbol.asyncDispose]();
  await harness[Symbol.asyncDispose]();
}, 60_000);

const names = (id: string) => ['a', 'b', 'c'].map((name) => `${name}-${id}`);
const text = (id: string, port: number) =>
  names(id)
    .map((name) => policyYaml(name, port))
    .join('---\n');
const form = async (name: string) => {
  const entry = await root.get<PolicyValue>(keys.policy('Policy', 'shop', name));
  return entry && JSON.stringify(entry.value.document).replace(/.*"port":"(\d+)".*/, '$1');
};
const forms = async (id: string) => Promise.all(names(id).map(form));
const pending = async () =>
  (await root.list<PendingValue>(keys.pendings())).entries.map(({ key }) =>
    key.slice(keys.pendings().length),
  );
const labelsOf = (id: string) => makeLabels([`user:app=${id}`, 'k8s:io.kubernetes.pod.namespace=shop']);
const node = (name: string) => ({
  addresses: [`198.18.0.${name.length}`],
  bootId: 'b',
  version: '1',
  kernel: '6',
  started: '',
});
const service = (id: string) => ({ scope: 'shop', name: `s-${id}`, backends: ['198.19.0.5'] });

const KINDS: readonly Kind[] = [
  {
    what: 'policies created',
    run: (at, id) => at.policies.apply({ text: text(id, 1) }),
    look: forms,
  },
  {
    what: 'policies changed',
    prepare: (at, id) => at.policies.apply({ text: text(id, 1) }),
    run: (at, id) => at.policies.apply({ text: text(id, 2) }),
    look: forms,
  },
  {
    what: 'policies deleted',
    prepare: (at, id) => at.policies.apply({ text: text(id, 1) }),
    run: (at, id) =>
      at.policies
        .delete({ policies: names(id).map((name) => ({ kind: 'Policy', scope: 'shop', name })) })
        .catch(() => undefined),
    look: forms,
  },
  {
    what: 'a policy rolled back',
    prepare: async (at, id) => {
      await at.policies.apply({ text: text(id, 1) });
      await at.policies.apply({ text: text(id, 2) });
    },
    run: async (at, id) => {
      const policy = { kind: 'Policy', scope: 'shop', name: `a-${id}` };
      const { forms: kept } = await at.policies.history(policy);
      const first = Math.min(...kept.map(({ policy: one }) => Number(one?.revision)));
      return at.policies.rollback({ policy, to: first });
    },
    look: (id) => form(`a-${id}`),
  },
  {
    what: 'policies applied until confirmed',
    // Whoever repeats it after it was made is told which change waits.
    run: (at, id) =>
      at.policies.apply({ text: text(id, 1), confirmSeconds: 600 }).catch((error: unknown) => {
        if (!String(error).includes('waits for the confirmation of change')) throw error;
      }),
    look: async (id) => [await forms(id), (await pending()).length],
  },
  {
    what: 'a change confirmed',
    prepare: async (at, id) => {
      for (const change of await pending()) await at.policies.confirm({ change });
      await at.policies.apply({ text: text(id, 1), confirmSeconds: 600 });
    },
    run: async (at) => {
      for (const change of await pending()) await at.policies.confirm({ change });
    },
    look: async () => (await pending()).length,
  },
  {
    what: 'a service made',
    run: (at, id) => at.cluster.putService(service(id)),
    look: async (id) => (await root.get(keys.service('shop', `s-${id}`)))?.value ?? null,
  },
  {
    what: 'a service deleted',
    prepare: (at, id) => at.cluster.putService(service(id)),
    run: (at, id) => at.cluster.deleteService({ scope: 'shop', name: `s-${id}` }).catch(() => undefined),
    look: async (id) => (await root.get(keys.service('shop', `s-${id}`)))?.value ?? null,
  },
  {
    what: 'a label set gets its identity',
    run: (_at, id) => root.put(keys.claim('node-1', hashLabels(labelsOf(id))), { labels: labelsOf(id) }),
    look: async (id) => {
      const found = await root.get<IdentityOfValue>(keys.identityOf(hashLabels(labelsOf(id))));
      return found !== null;
    },
    byItself: true,
  },
  {
    what: 'a node gets its number and prefixes',
    run: (_at, id) => root.put(keys.node(`n-${id}`), node(`n-${id}`)),
    look: async (id) =>
      (await root.get<AllocationValue>(keys.allocation(`n-${id}`)))?.value.prefixes.length ?? 0,
    byItself: true,
  },
  {
    what: 'a node labelled',
    prepare: async (_at, id) => {
      await root.put(keys.node(`n-${id}`), node(`n-${id}`));
      await until(async () => (await root.get(keys.allocation(`n-${id}`))) !== null, 'an allocation');
    },
    run: (at, id) =>
      at.cluster.labelNode({ name: `n-${id}`, set: [{ source: 'user', key: 'rack', value: 'a' }] }),
    look: async (id) => (await root.get<AllocationValue>(keys.allocation(`n-${id}`)))?.value.labels ?? [],
  },
  {
    what: 'a node deleted',
    prepare: async (_at, id) => {
      await root.put(keys.node(`n-${id}`), node(`n-${id}`));
      await until(async () => (await root.get(keys.allocation(`n-${id}`))) !== null, 'an allocation');
    },
    run: (at, id) => at.cluster.deleteNode({ name: `n-${id}` }).catch(() => undefined),
    look: async (id) => (await root.get(keys.allocation(`n-${id}`))) === null,
  },
];

const WRITES = 6;
let cases = 0;

/** One death; whether the victim got so far. */
async function die(kind: Kind, at: number, when: 'before' | 'after'): Promise<boolean> {
  const id = `k${++cases}`;
  const shown = `${kind.what}: ${when} write ${at}`;
  await kind.prepare?.(victim.clients, id);
  const before = JSON.stringify(await kind.look(id));
  victim.store.arm(at, when);
  const called = kind.run(victim.clients, id).then(
    () => true,
    () => false,
  );
  const isDead = () => victim.store.dead;
  if (kind.byItself === true) {
    await called;
    const isDone = async () => JSON.stringify(await kind.look(id)) !== before;
    await until(async () => isDead() || (await isDone()), shown);
  } else await called;
  if (!isDead()) {
    victim.store.arm(Infinity, 'before');
    return false;
  }
  const found = JSON.stringify(await kind.look(id));
  expect([shown, await contradictions(root)]).toEqual([shown, []]);
  await victim.replica.plane.stop();
  victim = await replica();
  if (kind.byItself === true)
    await until(async () => JSON.stringify(await kind.look(id)) !== before, `${shown}: the next one does it`);
  else expect([shown, await kind.run(victim.clients, id).then(() => true, String)]).toEqual([shown, true]);
  const after = JSON.stringify(await kind.look(id));
  // All of it or nothing of it was there in between.
  expect([shown, [before, after].includes(found)]).toEqual([shown, true]);
  expect([shown, after === before]).toEqual([shown, false]);
  expect([shown, await contradictions(root)]).toEqual([shown, []]);
  return true;
}

it('what contradicts itself in a store is found', async () => {
  const stray: readonly (readonly [string, object, RegExp])[] = [
    [keys.identityOf('0'.repeat(64)), { identity: 65_000 }, /identity-of 0+ leads to none/],
    [keys.nodeId(4_000), { node: 'nobody' }, /nobody does not know of node id 4000/],
    [keys.prefixOf('v4', '198.18.127.0/24'), { node: 'nobody' }, /nobody does not know of 198.18.127.0\/24/],
    [keys.pending('c-0'), {}, /change c-0 is pending and none/],
  ];
  expect(await contradictions(root)).toEqual([]);
  for (const [key, value, what] of stray) {
    await root.put(key, value);
    expect((await contradictions(root)).join()).toMatch(what);
    await root.delete(key);
  }
  expect(await contradictions(root)).toEqual([]);
});

describe('a replica killed at each write of each kind', () => {
  it.each(KINDS.map((kind) => [kind.what, kind] as const))(
    '%s: the store holds all of it or nothing, and the next replica goes on',
    async (_what, kind) => {
      let deaths = 0;
      for (let at = 1; at <= WRITES; at++) {
        const died = [await die(kind, at, 'before'), await die(kind, at, 'after')];
        deaths += died.filter(Boolean).length;
        if (!died.includes(true)) break;
      }
      expect(deaths).toBeGreaterThan(0);
    },
    120_000,
  );
});
