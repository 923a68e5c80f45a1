/**
 * A number, not negative, for each of some slots. One serves many builds: to make and to fill one for all peers of a cluster
 * would cost more than most builds need.
 */
export class SlotTable {
  #values: Int32Array;
  #slots: number[] = [];

  constructor(
    size: number,
    private readonly giveBack: (table: SlotTable) => void,
  ) {
    this.#values = new Int32Array(size).fill(-1);
  }

  /** -1 for a slot without one. */
  get(slot: number): number {
    return slot < this.#values.length ? this.#values[slot]! : -1;
  }

  set(slot: number, value: number): void {
    if (slot >= this.#values.length) this.grow(slot + 1);
    if (this.#values[slot]! < 0) this.#slots.push(slot);
    this.#values[slot] = value;
  }

  /** Slots with a number. */
  get slots(): readonly number[] {
    return this.#slots;
  }

  /** Makes room for slots below this. */
  grow(size: number): void {
    if (size <= this.#values.length) return;
    const longer = new Int32Array(size + (size >>> 3)).fill(-1);
    longer.set(this.#values);
    this.#values = longer;
  }

  /** Forgets all, and lets another build have it. */
  clear(): void {
    for (const slot of this.#slots) this.#values[slot] = -1;
    this.#slots = [];
    this.giveBack(this);
  }
}
