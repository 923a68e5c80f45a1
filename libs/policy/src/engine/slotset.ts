/** Beyond one in so many slots a bit for each slot is less memory than a list, and faster. */
const SPARSE = 128;
const FEW = 64;

/**
 * A set of small numbers (slots of an index): cheap to fill, to ask and to go through, and small, whether it has one member or
 * most of all there are. A sorted list, because slots mostly come in their order; of many members bits.
 */
export class SlotSet {
  #size = 0;
  /** The only member: most labels of a cluster are of one workload, and an array for each would be most of the memory. */
  #one = -1;
  #list: number[] | null = null;
  #words: Uint32Array | null = null;

  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    const words = this.#words;
    if (words) return slot >>> 5 < words.length && (words[slot >>> 5]! & (1 << (slot & 31))) !== 0;
    const list = this.#list;
    return list ? list[placeIn(list, slot)] === slot : slot === this.#one && slot >= 0;
  }

  add(slot: number): void {
    if (this.#words) this.#setBit(this.#words, slot);
    else if (this.#list) this.#insert(this.#list, slot);
    else if (this.#one < 0) {
      this.#one = slot;
      this.#size = 1;
    } else if (this.#one !== slot) {
      this.#list = this.#one < slot ? [this.#one, slot] : [slot, this.#one];
      this.#size = 2;
    }
  }

  delete(slot: number): void {
    if (!this.has(slot)) return;
    this.#size -= 1;
    if (this.#words) this.#words[slot >>> 5]! &= ~(1 << (slot & 31));
    else if (this.#list) this.#list.splice(placeIn(this.#list, slot), 1);
    else this.#one = -1;
  }

  /** Visits all members, least first. Members must not come or go meanwhile. */
  forEach(visit: (slot: number) => void): void {
    const [words, list] = [this.#words, this.#list];
    if (words)
      for (let i = 0; i < words.length; i++)
        for (let left = words[i]!; left !== 0; left &= left - 1)
          visit(i * 32 + 31 - Math.clz32(left & -left));
    else if (list) for (let i = 0; i < list.length; i++) visit(list[i]!);
    else if (this.#one >= 0) visit(this.#one);
  }

  #insert(list: number[], slot: number): void {
    if (slot > (list[list.length - 1] ?? -1)) list.push(slot);
    else {
      const at = placeIn(list, slot);
      if (list[at] === slot) return;
      list.splice(at, 0, slot);
    }
    this.#size += 1;
    if (list.length > FEW && list.length * SPARSE > list[list.length - 1]!) this.#becomeBits(list);
  }

  #becomeBits(list: readonly number[]): void {
    this.#words = new Uint32Array((list[list.length - 1]! >>> 5) + 1);
    this.#list = null;
    this.#size = 0;
    for (const slot of list) this.#setBit(this.#words, slot);
  }

  #setBit(words: Uint32Array, slot: number): void {
    const [at, bit] = [slot >>> 5, 1 << (slot & 31)];
    if (at >= words.length) {
      const longer = new Uint32Array(at + 1 + (at >>> 1));
      longer.set(words);
      longer[at] = bit;
      this.#words = longer;
      this.#size += 1;
    } else if ((words[at]! & bit) === 0) {
      words[at]! |= bit;
      this.#size += 1;
    }
  }
}

/** Where a number stands in a sorted list, or would. */
function placeIn(list: readonly number[], slot: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]! < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
