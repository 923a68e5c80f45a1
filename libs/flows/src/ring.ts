/**
 * The last N items, and readers that follow. A reader that is slower than the writer loses the oldest items and is told
 * how many; the writer never waits and memory never grows.
 */
export class Ring<T> {
  private readonly slots: (T | undefined)[];
  /** Number of items ever pushed; item n lies in slot n mod capacity. */
  private written = 0;
  private readonly listeners = new Set<() => void>();

  /** `capacity`: how many items are kept, at least 1. */
  constructor(readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`a ring needs a capacity ≥ 1, not ${capacity}`);
    this.slots = new Array<T | undefined>(capacity);
  }

  /** How many items were pushed so far. */
  get total(): number {
    return this.written;
  }

  push(items: readonly T[]): void {
    for (const item of items) this.slots[this.written++ % this.capacity] = item;
    if (items.length > 0) for (const wake of this.listeners) wake();
  }

  /** A reader that begins with at most `last` of the items that are there. */
  reader(last: number): RingReader<T> {
    const kept = Math.min(this.written, this.capacity, Math.max(0, last));
    return new RingReader(this, this.written - kept);
  }

  /** Items from position `from` on, at most `limit`, with how many had already been overwritten. */
  read(from: number, limit: number): { readonly items: T[]; readonly next: number; readonly lost: number } {
    const start = Math.max(from, this.written - this.capacity);
    const end = Math.min(this.written, start + limit);
    const items: T[] = [];
    for (let n = start; n < end; n++) items.push(this.slots[n % this.capacity] as T);
    return { items, next: end, lost: start - from };
  }

  /** Calls back after each push, until the returned function is called. */
  onPush(callback: () => void): () => void {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }
}

/** One follower's place in a ring. */
export class RingReader<T> {
  constructor(
    private readonly ring: Ring<T>,
    private position: number,
  ) {}

  /** The next items, oldest first; `lost` counts those overwritten since the last call. */
  take(limit: number): { readonly items: readonly T[]; readonly lost: number } {
    const { items, next, lost } = this.ring.read(this.position, limit);
    this.position = next;
    return { items, lost };
  }

  /** Whether `take` would return anything. */
  get pending(): boolean {
    return this.position < this.ring.total;
  }
}
