import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { PolicyRef } from '@sluice/policy';
import { keys, type ChangeValue, type Entry, type HistoryValue, type Store } from '@sluice/store';
import { StoreGate } from '../store/gate.js';

const KEPT_FORMS = 50;
const DAY_MS = 24 * 3600 * 1000;
const KEPT_MS = 90 * DAY_MS;
const KEPT_CHANGES = 20_000;
const CHANGES_EVERY_MS = 3600 * 1000;

/** A policy's history is read as a whole to be pruned: not beside the change that is on its way to the nodes. */
const DELAY_MS = 1_000;

/** Keeps the earlier forms of each policy bounded: 50 of them, 90 days. What changes wrote is known as long: 20,000 of them. */
@Injectable()
export class History implements OnApplicationShutdown {
  private readonly logger = new Logger('History');
  private readonly due = new Map<string, PolicyRef>();
  private timer: NodeJS.Timeout | undefined;
  private changesAt = 0;

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
      .write(async (store) => {
        const now = Date.now();
        for (const ref of refs) await pruneOne(store, ref, now);
        if (now - this.changesAt < CHANGES_EVERY_MS) return;
        this.changesAt = now;
        await pruneChanges(store, now);
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

async function pruneChanges(store: Store, now: number): Promise<void> {
  const { entries } = await store.list<ChangeValue>(keys.changes());
  for (const key of staleChanges(entries, now)) await store.delete(key);
}

/** Keys of changes that need not be known any more. One that may still wait for its confirmation is never among them. */
export function staleChanges(
  entries: readonly Entry<ChangeValue>[],
  now: number,
  kept = KEPT_CHANGES,
): string[] {
  const newest = [...entries].sort((a, b) => b.createRevision - a.createRevision);
  return newest
    .filter(({ value }, place) => {
      const age = now - Date.parse(value.time);
      return age > KEPT_MS || (place >= kept && age > 2 * DAY_MS);
    })
    .map(({ key }) => key);
}
