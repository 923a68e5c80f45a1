/** A set of rule numbers as one number: equal sets and only those have equal numbers. 0 is the empty set. */
export type RuleSet = number;
export const NO_RULES: RuleSet = 0;

const STEP = 2 ** 21;

/** The sets of rules that one direction of one subject needs, each kept once: a set is its greatest member and the set of the others. */
export class RuleSets {
  readonly #rest: number[] = [0];
  readonly #last: number[] = [-1];
  readonly #known = new Map<number, RuleSet>();
  /** Sets of one member: most of all, so they are found without hashing. */
  readonly #single: RuleSet[] = [];

  /** The set with one more member. Cheap where that is the greatest. */
  add(set: RuleSet, rule: number): RuleSet {
    const last = this.#last[set]!;
    if (rule === last) return set;
    if (rule < last) return this.add(this.add(this.#rest[set]!, rule), last);
    if (set === NO_RULES) return (this.#single[rule] ??= this.#make(set, rule));
    const key = set * STEP + rule;
    let found = this.#known.get(key);
    if (found === undefined) this.#known.set(key, (found = this.#make(set, rule)));
    return found;
  }

  #make(rest: RuleSet, last: number): RuleSet {
    this.#rest.push(rest);
    return this.#last.push(last) - 1;
  }

  /** All members of both. */
  union(a: RuleSet, b: RuleSet): RuleSet {
    if (a === b || b === NO_RULES) return a;
    if (a === NO_RULES) return b;
    let set = a;
    for (const rule of this.members(b)) set = this.add(set, rule);
    return set;
  }

  /** Its members, least first. */
  members(set: RuleSet): number[] {
    const found: number[] = [];
    for (let at = set; at !== NO_RULES; at = this.#rest[at]!) found.push(this.#last[at]!);
    return found.reverse();
  }
}
