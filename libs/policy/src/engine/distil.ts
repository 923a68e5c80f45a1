import { IDENTITY } from '@sluice/labels';
import type { Direction, PolicyMapEntry, Provenance, RuleOrigin } from '../types.js';
import { ANY_KEY, covering, keyLength, keyParts, type KeyCode } from './key.js';
import { MODE_ALLOW, NORMAL_ALLOW, NORMAL_DENY } from './precedence.js';

/** A rule whose peers have become numbers. */
export interface SelectedRule {
  readonly deny: boolean;
  readonly identities: ReadonlySet<number>;
  readonly keys: readonly KeyCode[];
  readonly origin: RuleOrigin;
}

/** What is needed to write one direction of one class. */
export interface DistilInput {
  readonly direction: Direction;
  /** In the order in which they are named: kind, scope, name, position. */
  readonly rules: readonly SelectedRule[];
  /** Traffic that no rule meets is allowed, for this reason; null where it is denied. */
  readonly fallback: Provenance | null;
  /** The class that a look-up reads beside this number; 0 for none. */
  readonly classOf: (identity: number) => number;
}

interface Cell {
  readonly allow: number[];
  readonly deny: number[];
}
/** What is found under one key: comparable by `text`. */
interface Value {
  readonly deny: boolean;
  readonly precedence: number;
  readonly provenance: Provenance;
  readonly text: string;
}
interface Level {
  readonly cells: Map<KeyCode, Cell>;
  readonly kept: Map<KeyCode, Value>;
}

function collect(rules: readonly SelectedRule[]): Map<number, Level> {
  const levels = new Map<number, Level>();
  rules.forEach((rule, number) => {
    for (const identity of rule.identities) {
      let level = levels.get(identity);
      if (!level) levels.set(identity, (level = { cells: new Map(), kept: new Map() }));
      for (const key of rule.keys) {
        let cell = level.cells.get(key);
        if (!cell) level.cells.set(key, (cell = { allow: [], deny: [] }));
        const list = rule.deny ? cell.deny : cell.allow;
        if (list.at(-1) !== number) list.push(number);
      }
    }
  });
  return levels;
}

function nearest(level: Level | undefined, keys: readonly KeyCode[]): Value | undefined {
  if (!level || level.kept.size === 0) return undefined;
  for (const key of keys) {
    const value = level.kept.get(key);
    if (value) return value;
  }
  return undefined;
}

/** The best of what the look-ups find, in the order most exact first: higher precedence (the deny bit is its lowest). */
function best(values: readonly (Value | undefined)[]): Value | undefined {
  let found: Value | undefined;
  for (const value of values) if (value && (!found || value.precedence > found.precedence)) found = value;
  return found;
}

class Distiller {
  readonly #input: DistilInput;
  readonly #levels: Map<number, Level>;
  readonly #values = new Map<string, Value>();

  constructor(input: DistilInput) {
    this.#input = input;
    this.#levels = collect(input.rules);
  }

  run(): PolicyMapEntry[] {
    this.#addFallback();
    const rank = (id: number) =>
      id === IDENTITY.ANY ? 0 : id < IDENTITY.CLUSTER_MIN && this.#isClass(id) ? 1 : 2;
    const order = [...this.#levels.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
    for (const identity of order) this.#reduce(identity);
    return order.sort((a, b) => a - b).flatMap((identity) => this.#entries(identity));
  }

  #isClass(id: number): boolean {
    return id === IDENTITY.WORLD_IPV4 || id === IDENTITY.WORLD_IPV6 || id === IDENTITY.CLUSTER;
  }

  #addFallback(): void {
    const { fallback } = this.#input;
    if (!fallback) return;
    let level = this.#levels.get(IDENTITY.ANY);
    if (!level) this.#levels.set(IDENTITY.ANY, (level = { cells: new Map(), kept: new Map() }));
    if (!level.cells.has(ANY_KEY)) level.cells.set(ANY_KEY, { allow: [], deny: [] });
  }

  /** Goes from the shortest key to the longest and keeps what changes the answer of a look-up. */
  #reduce(identity: number): void {
    const level = this.#levels.get(identity);
    if (!level) return;
    const others = this.#others(identity);
    for (const key of [...level.cells.keys()].sort((a, b) => keyLength(a) - keyLength(b))) {
      const keys = covering(key);
      const own = this.#valueOf([level, ...others], level.cells.get(key), keys);
      if (!own) continue;
      const below = [nearest(level, keys), ...others.map((o) => nearest(o, keys))];
      const before = best([own, ...below.slice(1)]);
      if (before?.text !== best(below)?.text) level.kept.set(key, own);
    }
  }

  /** The less exact levels that a look-up for this identity reads too. */
  #others(identity: number): Level[] {
    const cls = identity === IDENTITY.ANY ? 0 : this.#input.classOf(identity);
    const numbers =
      identity === IDENTITY.ANY ? [] : cls && cls !== identity ? [cls, IDENTITY.ANY] : [IDENTITY.ANY];
    return numbers.flatMap((n) => this.#levels.get(n) ?? []);
  }

  /**
   * The verdict of one key and all rules that gave it: those of every level whose region covers the key. An allow under a
   * covering deny is no value at all: a longest-prefix match would find it in place of the deny.
   */
  #valueOf(levels: readonly Level[], own: Cell | undefined, keys: readonly KeyCode[]): Value | null {
    const deny = new Set<number>();
    const allow = new Set<number>();
    for (const level of levels)
      for (const key of keys) {
        const cell = level.cells.get(key);
        for (const n of cell?.deny ?? []) deny.add(n);
        for (const n of cell?.allow ?? []) allow.add(n);
      }
    if (own && own.deny.length > 0) return this.#ruleValue(deny, true);
    if (deny.size > 0) return null;
    if (own && own.allow.length > 0) return this.#ruleValue(allow, false);
    return this.#input.fallback && this.#makeValue('mode', false, MODE_ALLOW, this.#input.fallback);
  }

  #ruleValue(numbers: ReadonlySet<number>, deny: boolean): Value {
    const sorted = [...numbers].sort((a, b) => a - b);
    const text = `${deny ? 'deny' : 'allow'} ${sorted.join(',')}`;
    const known = this.#values.get(text);
    if (known) return known;
    const rules = sorted.flatMap((n) => this.#input.rules[n]?.origin ?? []);
    return this.#makeValue(text, deny, deny ? NORMAL_DENY : NORMAL_ALLOW, { type: 'rule', rules });
  }

  #makeValue(text: string, deny: boolean, precedence: number, provenance: Provenance): Value {
    const value = { deny, precedence, provenance, text };
    this.#values.set(text, value);
    return value;
  }

  #entries(identity: number): PolicyMapEntry[] {
    const kept = [...(this.#levels.get(identity)?.kept ?? [])].sort(([a], [b]) => a - b);
    return kept.map(([key, { deny, precedence, provenance }]) => ({
      identity,
      direction: this.#input.direction,
      ...keyParts(key),
      deny,
      precedence,
      provenance,
    }));
  }
}

/**
 * The least entries that give every peer, protocol and port its verdict, sorted by identity and key. "Least" for verdict and
 * provenance: an entry stays if without it a look-up would name another verdict or other rules.
 */
export function distil(input: DistilInput): PolicyMapEntry[] {
  return new Distiller(input).run();
}
