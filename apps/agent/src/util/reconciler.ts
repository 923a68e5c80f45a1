import { messageOf } from './errors.js';

/** How long to wait after the n-th failure in a row (n from 1), in milliseconds: doubling, bounded, jittered by half. */
export function backoffMs(
  failures: number,
  random: () => number = Math.random,
  first = 100,
  most = 10_000,
): number {
  const full = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  return full / 2 + random() * (full / 2);
}

export interface ItemStatus {
  readonly state: 'pending' | 'ok' | 'failed';
  readonly error: string | null;
  readonly failures: number;
}

interface Item<T> {
  /** null: shall not be there. */
  desired: T | null;
  /** Counts changes of `desired`, so that an older write's end does not hide a newer wish. */
  version: number;
  done: number;
  failures: number;
  error: string | null;
  running: boolean;
  timer: NodeJS.Timeout | null;
}

export interface ReconcilerOptions<T> {
  /** Makes the world agree for one item; null: remove. Must be idempotent: it is called again after any failure. */
  readonly apply: (key: string, desired: T | null) => Promise<void>;
  /** Whether two wishes are the same, so that nothing is written. Default: equal JSON. */
  readonly same?: (a: T | null, b: T | null) => boolean;
  readonly onError?: (key: string, error: unknown) => void;
  readonly random?: () => number;
}

/**
 * Keeps items of the world as they are wished: each change is written once, the newest wish wins over those still waiting,
 * a failure is tried again with a growing, jittered pause, and each item tells how it stands. An item never has two writes
 * under way at once.
 */
export class Reconciler<T> implements Disposable {
  private readonly items = new Map<string, Item<T>>();
  private closed = false;
  private waiters: (() => void)[] = [];

  constructor(private readonly options: ReconcilerOptions<T>) {}

  /** Wishes a value, or with null that there be none. */
  set(key: string, desired: T | null): void {
    const item = this.items.get(key);
    if (item) {
      if (this.same(item.desired, desired) && item.error === null) return;
      item.desired = desired;
      item.version++;
      this.run(key, item);
      return;
    }
    const fresh: Item<T> = {
      desired,
      version: 1,
      done: 0,
      failures: 0,
      error: null,
      running: false,
      timer: null,
    };
    this.items.set(key, fresh);
    this.run(key, fresh);
  }

  /** Says that the world was seen to have something else: the wish is written again. Unknown keys are ignored. */
  again(key: string): void {
    const item = this.items.get(key);
    if (!item) return;
    item.version++;
    this.run(key, item);
  }

  /** Wishes away all that was seen and is not wished. To be called only with a complete list. */
  prune(actual: Iterable<string>): void {
    for (const key of actual) if (this.items.get(key)?.desired == null) this.set(key, null);
  }

  /** What is wished for a key; undefined where nothing was ever said. */
  desired(key: string): T | null | undefined {
    return this.items.get(key)?.desired;
  }

  status(): ReadonlyMap<string, ItemStatus> {
    return new Map([...this.items].map(([key, item]) => [key, statusOf(item)]));
  }

  /** Resolves once nothing waits or fails. */
  async settled(): Promise<void> {
    while (!this.closed && [...this.items.values()].some((item) => item.done !== item.version)) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  [Symbol.dispose](): void {
    this.closed = true;
    for (const item of this.items.values()) if (item.timer) clearTimeout(item.timer);
    this.wake();
  }

  private same(a: T | null, b: T | null): boolean {
    return this.options.same ? this.options.same(a, b) : JSON.stringify(a) === JSON.stringify(b);
  }

  private run(key: string, item: Item<T>): void {
    if (item.running || this.closed) return;
    if (item.timer) clearTimeout(item.timer);
    item.timer = null;
    item.running = true;
    void this.attempt(key, item).finally(() => {
      item.running = false;
      if (this.closed) return;
      if (item.error !== null) this.later(key, item);
      else if (item.done !== item.version) this.run(key, item);
      else if (item.desired === null) this.items.delete(key);
      this.wake();
    });
  }

  private async attempt(key: string, item: Item<T>): Promise<void> {
    const version = item.version;
    try {
      await this.options.apply(key, item.desired);
      item.done = version;
      item.failures = 0;
      item.error = null;
    } catch (error) {
      item.failures++;
      item.error = messageOf(error);
      this.options.onError?.(key, error);
    }
  }

  private later(key: string, item: Item<T>): void {
    item.timer = setTimeout(() => this.run(key, item), backoffMs(item.failures, this.options.random));
    item.timer.unref();
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}

function statusOf<T>(item: Item<T>): ItemStatus {
  const state = item.error !== null ? 'failed' : item.done === item.version ? 'ok' : 'pending';
  return { state, error: item.error, failures: item.failures };
}
