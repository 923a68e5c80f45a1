/** A map that remembers which keys were touched since somebody last asked, so that he need not look at the others. */
export class TrackedMap<K, V> extends Map<K, V> {
  // No initial value: the constructor of Map may call `set` before fields are there.
  private keysTouched: Set<K> | undefined;
  private changes = 0;

  /** Grows with each change. */
  get version(): number {
    return this.changes;
  }

  override set(key: K, value: V): this {
    this.touch(key);
    return super.set(key, value);
  }

  override delete(key: K): boolean {
    if (!super.delete(key)) return false;
    this.touch(key);
    return true;
  }

  override clear(): void {
    for (const key of this.keys()) this.touch(key);
    super.clear();
  }

  /** Keys that were set or deleted since the last call. */
  take(): ReadonlySet<K> {
    const taken = this.keysTouched ?? new Set<K>();
    this.keysTouched = undefined;
    return taken;
  }

  private touch(key: K): void {
    (this.keysTouched ??= new Set<K>()).add(key);
    this.changes = (this.changes || 0) + 1;
  }
}
