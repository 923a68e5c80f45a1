/** Beyond one in so many slots a bit for each slot is less memory than a list, and faster. */
const SPARSE = 128;
const FEW = 8;

/**
 * A set of small numbers (slots of an index): cheap to fill, to ask and to go through, and small, whether it has one member or
 * most of all there are. A sorted list, because slots mostly come in their order; of many members bits.
 */
export class SlotSet {
  #size = 0;
  #list: number[] | null = [];
  #words = NO_WORDS;

  get size(): number {
    return this.#size;
  }

  has(slot: number): boolean {
    const list = this.#list;
    if (!list) return ((this.#words[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
    return list[placeIn(list, slot)] === slot;
  }

  add(slot: number): void {
    const list = this.#list;
    if (!list) this.#setBit(slot);
    else if (list.length === 0 || slot > list[list.length - 1]!) {
      list.push(slot);
      this.#size += 1;
      if (list.length > FEW && list.length * SPARSE > slot) this.#becomeBits(list);
    } else this.#insert(list, slot);
  }

  delete(slot: number): void {
    if (!this.has(slot)) return;
    this.#size -= 1;
    if (this.#list) this.#list.splice(placeIn(this.#list, slot), 1);
    else this.#words[slot >>> 5]! &= ~(1 << (slot & 31));
  }

  /** Visits all members, least first. Members must not come or go meanwhile. */
  forEach(visit: (slot: number) => void): void {
    if (this.#list) {
      this.#list.forEach((slot) => visit(slot));
      return;
    }
    const words = this.#words;
    for (let i = 0; i < words.length; i++)
      for (let left = words[i]!; left !== 0; left &= left - 1) visit(i * 32 + 31 - Math.clz32(left & -left));
  }

  #insert(list: number[], slot: number): void {
    const at = placeIn(list, slot);
    if (list[at] === slot) return;
    list.splice(at, 0, slot);
    this.#size += 1;
    if (list.length > FEW && list.length * SPARSE > list[list.length - 1]!) this.#becomeBits(list);
  }

  #becomeBits(list: readonly number[]): void {
    this.#list = null;
    this.#words = new Uint32Array((list[list.length - 1]! >>> 5) + 1);
    this.#size = 0;
    for (const slot of list) this.#setBit(slot);
  }

  #setBit(slot: number): void {
    const [at, bit] = [slot >>> 5, 1 << (slot & 31)];
    if (at >= this.#words.length) {
      const longer = new Uint32Array(at + 1 + (at >>> 1));
      longer.set(this.#words);
      this.#words = longer;
    }
    const word = this.#words[at]!;
    if ((word & bit) !== 0) return;
    this.#words[at] = word | bit;
    this.#size += 1;
  }
}

const NO_WORDS = new Uint32Array(0);

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
