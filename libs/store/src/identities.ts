import { nextIdentity } from '@sluice/identity';
import { hashLabels, type Labels } from '@sluice/labels';
import { StoreError } from './errors.js';
import { keys, type IdentityOfValue, type IdentityValue } from './schema.js';
import type { Store } from './types.js';

const ATTEMPTS = 50;

/**
 * The number of a label set: the one it has, or a new one. One transaction creates both keys only where neither is there, so
 * a set never gets a second number, however many replicas ask at once. Throws StoreError `exhausted` where no number is
 * free, `conflict` where others were faster each time.
 */
export async function assignIdentity(store: Store, labels: Labels): Promise<number> {
  const of = keys.identityOf(hashLabels(labels));
  const taken = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const known = await store.get<IdentityOfValue>(of);
    if (known !== null) return known.value.identity;
    const { last, used } = await numbers(store);
    for (const n of taken) used.add(n);
    const number = nextIdentity(used, last);
    if (number === null) throw new StoreError('exhausted', 'all numbers of identities are in use');
    const value: IdentityValue = { labels, retiring: false };
    const { succeeded } = await store.txn(
      [
        { key: of, absent: true },
        { key: keys.identity(number), absent: true },
      ],
      [
        { put: of, value: { identity: number } satisfies IdentityOfValue },
        { put: keys.identity(number), value },
      ],
    );
    if (succeeded) return number;
    taken.add(number);
  }
  throw new StoreError(
    'conflict',
    `no number for the identity after ${ATTEMPTS} attempts: others were faster each time`,
  );
}

/** Numbers in use, and the one that was given last: the youngest key. */
async function numbers(store: Store): Promise<{ readonly last: number; readonly used: Set<number> }> {
  const { entries } = await store.list<IdentityValue>(keys.identities());
  const used = new Set<number>();
  let last = 0;
  let youngest = -1;
  for (const entry of entries) {
    const number = Number(entry.key.slice(keys.identities().length));
    used.add(number);
    if (entry.createRevision > youngest || (entry.createRevision === youngest && number > last)) {
      youngest = entry.createRevision;
      last = number;
    }
  }
  return { last, used };
}
