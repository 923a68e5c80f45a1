import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { PolicyRef } from '@sluice/policy';
import { keys, type HistoryValue, type Store } from '@sluice/store';
import { StoreGate } from '../store/gate.js';

const KEPT_FORMS = 50;
const KEPT_MS = 90 * 24 * 3600 * 1000;

/** A policy's history is read as a whole to be pruned: not beside the change that is on its way to the nodes. */
const DELAY_MS = 1_000;

/** Keeps the earlier forms of each policy bounded: 50 of them, 90 days. */
@Injectable()
export class History implements OnApplicationShutdown {
  private readonly logger = new Logger('History');
  private readonly due = new Map<string, PolicyRef>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly gate: StoreGate) {}

  /** Removes what is beyond the limits, a second later: a failure only leaves it for the next change. */
  prune(refs: readonly PolicyRef[]): void {
    for (const ref of refs) this.due.set(keys.historyOf(ref.kind, ref.scope, ref.name), ref);
    this.timer ??= setTimeout(() => void this.run(), DELAY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    const refs = [...this.due.values()];
    this.due.clear();
    this.timer = undefined;
    await this.gate
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
