/** Additions are less than this. */
const MOST = 2 ** 21;

/**
 * Sequences of small numbers as one number each: equal sequences and only those have equal numbers. A sequence is another one
 * (-1: none) and one addition.
 */
export class Signatures {
  readonly #origins: number[] = [];
  readonly #added: number[] = [];
  readonly #steps = new Map<number, number>();

  /** The sequence that is another one and one more; the same where that ends with it already. */
  step(from: number, by: number): number {
    if (from >= 0 && this.#added[from] === by && this.#origins[from] !== -1) return from;
    const key = (from + 1) * MOST + by;
    let to = this.#steps.get(key);
    if (to !== undefined) return to;
    to = this.#origins.push(from) - 1;
    this.#added.push(by);
    this.#steps.set(key, to);
    return to;
  }

  /** The same for many that get one addition: those that come one after the other are mostly alike. */
  stepper(by: number): (from: number) => number {
    let last = -2;
    let next = -1;
    return (from) => {
      if (from === last || from === next) return next;
      next = this.step(from, by);
      last = from;
      return next;
    };
  }

  /** All additions of a sequence but the first, which is its root. Last ones first. */
  additions(sequence: number): number[] {
    const found: number[] = [];
    for (let at = sequence; this.#origins[at] !== -1; at = this.#origins[at]!) found.push(this.#added[at]!);
    return found;
  }
}
