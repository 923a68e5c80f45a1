import { keys, type Store } from '@sluice/store';
import { messageOf } from './util/errors.js';
import type { Log } from './util/log.js';
import { type ItemStatus, Reconciler } from './util/reconciler.js';

/**
 * Writes what this node has to say into the store, and keeps trying while the store is away. Keys of this node that nobody
 * here stands behind are removed, once what is there has been listed completely.
 */
export class Publisher implements Disposable {
  private readonly items: Reconciler<unknown>;

  constructor(
    private readonly store: Store,
    private readonly node: string,
    log: Log,
  ) {
    const told = new Set<string>();
    this.items = new Reconciler<unknown>({
      apply: async (key, value) => {
        if (value === null) await store.delete(key);
        else await store.put(key, value);
        told.delete(key);
      },
      onError: (key, error) => {
        if (!told.has(key))
          log.warn('cannot write to the store; trying on', { key, error: messageOf(error) });
        told.add(key);
      },
    });
  }

  /** Wishes a key's value, or with null that it be gone. */
  publish(key: string, value: unknown): void {
    this.items.set(key, value);
  }

  /** Tells that the store was seen with another value than wished. */
  correct(key: string): void {
    this.items.again(key);
  }

  /** Writes all that is wished again: the store is another one, or was set back. */
  again(): void {
    for (const key of this.items.status().keys()) this.items.again(key);
  }

  desired(key: string): unknown {
    return this.items.desired(key);
  }

  /** Removes claims and endpoints of this node that are not wished. Only after the journal was read. */
  async prune(): Promise<void> {
    for (const prefix of [keys.claims(this.node), keys.endpoints(this.node)]) {
      const { entries } = await this.store.list(prefix);
      this.items.prune(entries.map((entry) => entry.key));
    }
  }

  status(): ReadonlyMap<string, ItemStatus> {
    return this.items.status();
  }

  /** Resolves once everything is written. */
  settled(): Promise<void> {
    return this.items.settled();
  }

  [Symbol.dispose](): void {
    this.items[Symbol.dispose]();
  }
}
