/** How often each key is held, and which came and went since somebody last asked. */
export class Counted {
  private readonly counts = new Map<string, number>();
  /** Whether a key was there when it was first touched since the last `take`. */
  private readonly before = new Map<string, boolean>();

  has(key: string): boolean {
    return this.counts.has(key);
  }

  hold(keys: Iterable<string>): void {
    for (const key of keys) {
      const count = this.counts.get(key) ?? 0;
      this.note(key);
      this.counts.set(key, count + 1);
    }
  }

  /** Gives back what was held, each as often. */
  release(keys: Iterable<string>): void {
    for (const key of keys) {
      const count = this.counts.get(key);
      if (count === undefined) continue;
      this.note(key);
      if (count > 1) this.counts.set(key, count - 1);
      else this.counts.delete(key);
    }
  }

  /** What came and what went since the last call; what did both is in neither. */
  take(): { readonly added: readonly string[]; readonly removed: readonly string[] } {
    const added: string[] = [];
    const removed: string[] = [];
    for (const [key, was] of this.before) {
      const is = this.counts.has(key);
      if (is !== was) (is ? added : removed).push(key);
    }
    this.before.clear();
    return { added, removed };
  }

  private note(key: string): void {
    if (!this.before.has(key)) this.before.set(key, this.counts.has(key));
  }
}
