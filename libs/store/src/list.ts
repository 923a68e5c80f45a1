import type { IKeyValue, IRangeResponse } from 'etcd3';
import { StoreError } from './errors.js';
import type { Wire } from './wire.js';

/** Keeps the gap on the event loop near 0.1 s. */
const PAGE = 5_000;

/**
 * All keys below a prefix as they were at one revision. A page that would be too large to receive is asked for again at
 * half the size. Throws StoreError; `compacted` when the pinned revision went away on the way (list again).
 */
export async function listPages(wire: Wire, prefix: string): Promise<{ kvs: IKeyValue[]; revision: number }> {
  const kvs: IKeyValue[] = [];
  let revision: number | null = null;
  let limit = PAGE;
  for (;;) {
    const response: IRangeResponse | null = await wire
      .page(prefix, limit, revision, kvs.at(-1)?.key ?? null)
      .catch((error: unknown) => {
        if (!(error instanceof StoreError) || error.code !== 'too-large' || limit === 1) throw error;
        return null;
      });
    if (response === null) {
      limit = Math.max(1, limit >> 1);
      continue;
    }
    revision ??= Number(response.header.revision);
    for (const kv of response.kvs) kvs.push(kv);
    if (!response.more || response.kvs.length === 0) return { kvs, revision };
  }
}
