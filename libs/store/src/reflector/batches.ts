import type { IEvent, IKeyValue } from 'etcd3';

/** One event of the watch, not decoded yet: `kv` null means deleted. */
export interface RawChange {
  readonly key: Buffer;
  readonly kv: IKeyValue | null;
}

/** All events of one store revision. */
export interface RawBatch {
  readonly revision: number;
  readonly changes: readonly RawChange[];
}

/**
 * Puts watch responses together again into revisions. A response may be a fragment, and a revision may begin in one
 * fragment and end in the next; so nothing is complete before a response that is no fragment.
 */
export class BatchAssembler {
  #pending: IEvent[] = [];

  /** Complete revisions, ascending; those up to `after` (delivered before) are left out. */
  add(
    response: { readonly fragment: boolean; readonly events: readonly IEvent[] },
    after: number,
  ): RawBatch[] {
    this.#pending.push(...response.events);
    if (response.fragment) return [];
    const events = this.#pending;
    this.#pending = [];
    return group(events.filter((e) => Number(e.kv.mod_revision) > after));
  }
}

function group(events: readonly IEvent[]): RawBatch[] {
  const byRevision = Map.groupBy(events, (e) => Number(e.kv.mod_revision));
  return [...byRevision]
    .sort(([a], [b]) => a - b)
    .map(([revision, of]) => ({
      revision,
      changes: of.map((e) => ({ key: e.kv.key, kv: e.type === 'Put' ? e.kv : null })),
    }));
}
