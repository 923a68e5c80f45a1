import { Injectable, Logger } from '@nestjs/common';
import type { PolicyRef } from '@sluice/policy';
import { keys, type HistoryValue, type Store } from '@sluice/store';
import { StoreGate } from '../store/gate.js';

const KEPT_FORMS = 50;
const KEPT_MS = 90 * 24 * 3600 * 1000;

/** Keeps the earlier forms of each policy bounded: 50 of them, 90 days. */
@Injectable()
export class History {
  private readonly logger = new Logger('History');

  constructor(private readonly gate: StoreGate) {}

  /** Removes what is beyond the limits, in the background: a failure only leaves it for the next change. */
  prune(refs: readonly PolicyRef[]): void {
    void this.gate
      .use(async (store) => {
        for (const ref of refs) await pruneOne(store, ref, Date.now());
      })
      .catch((error: unknown) => this.logger.warn(`history was not pruned: ${String(error)}`));
  }
}

async function pruneOne(store: Store, { kind, scope, name }: PolicyRef, now: number): Promise<void> {
  const { entries } = await store.list<HistoryValue>(keys.historyOf(kind, scope, name));
  const newest = [...entries].sort((a, b) => b.createRevision - a.createRevision);
  for (const [place, entry] of newest.entries()) {
    const old = now - Date.parse(entry.value.time) > KEPT_MS;
    if (place >= KEPT_FORMS || old) await store.delete(entry.key);
  }
}
