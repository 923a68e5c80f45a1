import { WorkQueue } from '../background/work-queue.js';
import type { Clock } from './clock.js';

/** The clock may be set anew, or the machine may sleep: a far deadline is looked at in between. */
const LONGEST_MS = 30_000;

/**
 * Runs work for each key once its time has come, one after the other; what fails is tried again until it succeeds or is forgotten. A
 * key that is set anew waits for its new time.
 */
export class Deadlines<T> implements Disposable {
  private readonly waiting = new Map<string, { readonly at: number; readonly item: T }>();
  private readonly queue: WorkQueue<T>;
  private cancel: (() => void) | null = null;
  private disposed = false;

  constructor(
    private readonly clock: Clock,
    work: (item: T) => Promise<void>,
    onError: (key: string, error: unknown) => void,
  ) {
    this.queue = new WorkQueue(work, onError);
  }

  /** `at` in milliseconds since 1970; what is over already runs at once. */
  set(key: string, at: number, item: T): void {
    this.queue.forget(key);
    this.waiting.set(key, { at, item });
    this.arm();
  }

  forget(key: string): void {
    this.queue.forget(key);
    if (this.waiting.delete(key)) this.arm();
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    this.cancel?.();
    this.queue[Symbol.dispose]();
  }

  private arm(): void {
    this.cancel?.();
    this.cancel = null;
    if (this.disposed || this.waiting.size === 0) return;
    let next = Infinity;
    for (const { at } of this.waiting.values()) next = Math.min(next, at);
    const ms = Math.min(LONGEST_MS, Math.max(0, next - this.clock.now()));
    this.cancel = this.clock.after(ms, () => this.look());
  }

  private look(): void {
    const now = this.clock.now();
    for (const [key, { at, item }] of this.waiting) {
      if (at > now) continue;
      this.waiting.delete(key);
      this.queue.add(key, item);
    }
    this.arm();
  }
}
