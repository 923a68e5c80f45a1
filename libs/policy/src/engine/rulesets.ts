/** A set of rule numbers as one number: equal sets and only those have equal numbers. 0 is the empty set. */
export type RuleSet = number;
export const NO_RULES: RuleSet = 0;

const STEP = 2 ** 21;

/** The sets of rules that one direction of one subject needs, each kept once: a set is its greatest member and the set of the others. */
export class RuleSets {
  readonly #rest: number[] = [0];
  readonly #last: number[] = [-1];
  readonly #known = new Map<number, RuleSet>();

  /** The set with one more member. Cheap where that is the greatest. */
  add(set: RuleSet, rule: number): RuleSet {
    const last = this.#last[set]!;
    if (rule === last) return set;
    if (rule < last) return this.add(this.add(this.#rest[set]!, rule), last);
    const key = set * STEP + rule;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = this.#last.push(rule) - 1;
      this.#rest.push(set);
      this.#known.set(key, found);
    }
    return found;
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
