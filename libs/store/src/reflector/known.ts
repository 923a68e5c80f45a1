import type { IKeyValue } from 'etcd3';
import { relative, writtenByAgent } from '../codec.js';
import { toEntry } from '../entry.js';
import { StoreError } from '../errors.js';
import type { Change, Entry } from '../types.js';
import type { RawBatch } from './batches.js';

/** Changes ready for delivery, and what of an agent's could not be read and counts as absent. */
export interface Prepared {
  readonly changes: readonly Change[];
  readonly unreadable: readonly StoreError[];
}

/** What was delivered so far. `prepare…` changes nothing; `commit` does, once the batch was handed over. */
export class Known {
  readonly #entries = new Map<string, Entry>();

  /** Throws StoreError `schema` or `corrupt` when the control plane's own value is unreadable: then nothing is delivered. */
  prepare(batch: RawBatch): Prepared {
    const unreadable: StoreError[] = [];
    const changes: Change[] = [];
    for (const raw of batch.changes) {
      const entry = raw.kv === null ? null : read(raw.kv, unreadable);
      push(changes, relative(raw.key), entry, this.#entries);
    }
    return { changes, unreadable };
  }

  /** The difference between a complete list and what was delivered: what went away first, then by revision. Throws as `prepare`. */
  prepareList(kvs: readonly IKeyValue[]): Prepared {
    const unreadable: StoreError[] = [];
    const listed = new Map<string, Entry>();
    for (const kv of kvs) {
      const entry = read(kv, unreadable);
      if (entry !== null) listed.set(entry.key, entry);
    }
    const gone = [...this.#entries.values()].filter((e) => !listed.has(e.key));
    const came = [...listed.values()]
      .filter((e) => this.#entries.get(e.key)?.modRevision !== e.modRevision)
      .sort((a, b) => a.modRevision - b.modRevision);
    const changes: Change[] = [];
    for (const entry of gone) push(changes, entry.key, null, this.#entries);
    for (const entry of came) push(changes, entry.key, entry, this.#entries);
    return { changes, unreadable };
  }

  commit(changes: readonly Change[]): void {
    for (const { key, entry } of changes) {
      if (entry === null) this.#entries.delete(key);
      else this.#entries.set(key, entry);
    }
  }
}

function push(changes: Change[], key: string, entry: Entry | null, known: ReadonlyMap<string, Entry>): void {
  const previous = known.get(key) ?? null;
  if (entry !== null || previous !== null) changes.push({ key, entry, previous });
}

/**
 * An agent's unreadable value counts as absent, which closes and never opens, and concerns that agent only. The control
 * plane's stops everything: a policy that cannot be read might be a deny.
 */
function read(kv: IKeyValue, unreadable: StoreError[]): Entry | null {
  try {
    return toEntry(kv);
  } catch (error) {
    if (!(error instanceof StoreError) || !writtenByAgent(relative(kv.key))) throw error;
    unreadable.push(error);
    return null;
  }
}
