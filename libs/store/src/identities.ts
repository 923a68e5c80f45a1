import { nextIdentity } from '@sluice/identity';
import { hashLabels, type Labels } from '@sluice/labels';
import { StoreError } from './errors.js';
import { keys, type IdentityOfValue, type IdentityValue, type LastIdentityValue } from './schema.js';
import type { Entry, Store } from './types.js';

const ATTEMPTS = 50;

/** What assigning and collecting need of a store. */
export type IdentityStore = Pick<Store, 'get' | 'list' | 'txn'>;

/**
 * The number of a label set: the one it has, or a new one. One transaction creates both keys only where neither is there, so
 * a set never gets a second number, however many replicas ask at once. A number that is being taken back is this set's
 * again: its mark and its deletion compare the same revision, so one of them wins. Throws StoreError `exhausted` where no
 * number is free, `conflict` where others were faster each time.
 */
export async function assignIdentity(store: IdentityStore, labels: Labels): Promise<number> {
  const hash = hashLabels(labels);
  const taken = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const known = await store.get<IdentityOfValue>(keys.identityOf(hash));
    const number = known
      ? await confirm(store, known.value.identity, hash)
      : await create(store, labels, hash, taken);
    if (number !== null) return number;
  }
  throw new StoreError(
    'conflict',
    `no number for the identity after ${ATTEMPTS} attempts: others were faster each time`,
  );
}

/** The number if it stands, after taking a mark away; null where it has changed or gone meanwhile. */
async function confirm(store: IdentityStore, number: number, hash: string): Promise<number | null> {
  const identity = await store.get<IdentityValue>(keys.identity(number));
  // The number may have gone since, and even come back as another set's.
  if (identity === null || hashLabels(identity.value.labels) !== hash) return null;
  if (!identity.value.retiring) return number;
  const { succeeded } = await setRetiring(store, identity, false);
  return succeeded ? number : null;
}

/** Marks an identity, or takes the mark away, if it is still as it was read. */
export async function setRetiring(
  store: IdentityStore,
  { key, value, modRevision }: Entry<IdentityValue>,
  retiring: boolean,
): Promise<{ readonly succeeded: boolean }> {
  return store.txn([{ key, modRevision }], [{ put: key, value: { ...value, retiring } }]);
}

async function create(
  store: IdentityStore,
  labels: Labels,
  hash: string,
  taken: Set<number>,
): Promise<number | null> {
  const of = keys.identityOf(hash);
  const { last, used } = await numbers(store);
  for (const n of taken) used.add(n);
  const number = nextIdentity(used, last);
  if (number === null) throw new StoreError('exhausted', 'all numbers of identities are in use');
  const value: IdentityValue = { labels, retiring: false };
  const { succeeded } = await store.txn(
    [
      { key: of, absent: true },
      { key: keys.identity(number), absent: true },
      { key: keys.retiredIdentity(number), absent: true },
    ],
    [
      { put: of, value: { identity: number } satisfies IdentityOfValue },
      { put: keys.identity(number), value },
      { put: keys.lastIdentity(), value: { identity: number } satisfies LastIdentityValue },
    ],
  );
  if (succeeded) return number;
  taken.add(number);
  return null;
}

/** Numbers in use or at rest, and the one that was given last. */
async function numbers(store: IdentityStore): Promise<{ readonly last: number; readonly used: Set<number> }> {
  const [identities, retired, last] = await Promise.all([
    store.list(keys.identities()),
    store.list(keys.retiredIdentities()),
    store.get<LastIdentityValue>(keys.lastIdentity()),
  ]);
  const used = new Set([
    ...identities.entries.map(({ key }) => numberOf(key)),
    ...retired.entries.map(({ key }) => numberOf(key)),
  ]);
  return { last: last?.value.identity ?? Math.max(0, ...used), used };
}

/** The number at the end of a key. */
export const numberOf = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1));
