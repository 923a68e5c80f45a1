import type { Provenance, RuleOrigin } from '../types.js';
import type { PolicyTier } from '../normal/form.js';
import type { RuleAction } from '../normal/form.js';
import type { KeyCode } from './key.js';
import { LOCAL_HOST_ALLOW, MODE_ALLOW, NORMAL_ALLOW, NORMAL_DENY } from './precedence.js';
import { NO_RULES, RuleSets, type RuleSet } from './rulesets.js';

/** One rule of one direction of one subject, with its place in the order. */
export interface PlacedRule {
  readonly tier: PolicyTier;
  readonly action: RuleAction;
  readonly keys: readonly KeyCode[];
  readonly origin: RuleOrigin;
  /** In admin and baseline; the least of three for a pass. */
  readonly precedence: number;
}

/** No rule: greater than the number of any. */
export const NONE = 2 ** 21 - 1;

/** The rules that meet a packet, as far as they can matter: the first of each ordered tier, all of the normal one. */
export interface Met {
  admin: number;
  deny: RuleSet;
  allow: RuleSet;
  localHost: boolean;
  baseline: number;
}

/** Nothing meets. */
export function nothing(): Met {
  return { admin: NONE, deny: NO_RULES, allow: NO_RULES, localHost: false, baseline: NONE };
}

/** How exact a level is: any peer, a class, a peer's own number. */
export type Rank = 0 | 1 | 2;

/** What a map says of a key. `outcome` is equal where verdict and provenance are. */
export interface Value {
  readonly deny: boolean;
  readonly precedence: number;
  readonly provenance: Provenance;
  readonly outcome: number;
}

/** What happens where no rule decides: an allow, or (where a pass must say so) a deny. */
export interface Fallback {
  readonly deny: boolean;
  readonly provenance: Provenance;
}

/** Which part of what meets a packet gives its verdict. */
type Decider = 'admin' | 'deny' | 'allow' | 'localHost' | 'baseline' | 'fallback';
const FALLBACK_OUTCOME = 0;
const LOCAL_HOST_OUTCOME = 1;
const SHIFT = 8;

/** The outcome of a look-up that finds nothing. */
export const NOT_FOUND_OUTCOME = 2;

/**
 * The order of POLICY, "How a verdict is reached", over rules that are known to meet a packet: admin, normal, baseline, fallback.
 * A pass gives the outcome of what comes after it, with its own precedence.
 */
export class Judge {
  readonly sets = new RuleSets();
  readonly #values = new Map<number, Value>();

  /** Every key of some rule, sorted, and for each rule the places of its own there. */
  readonly keys: readonly KeyCode[];
  readonly keysOf: readonly (readonly number[])[];
  /** Whether any rule is a pass. */
  readonly passes: boolean;

  constructor(
    readonly rules: readonly PlacedRule[],
    readonly fallback: Fallback,
  ) {
    this.keys = [...new Set(rules.flatMap((r) => r.keys))].sort((a, b) => a - b);
    const places = new Map(this.keys.map((key, place) => [key, place]));
    this.keysOf = rules.map((r) => r.keys.map((key) => places.get(key)!));
    this.passes = rules.some((r) => r.action === 'pass');
  }

  /** Counts a rule in. */
  add(met: Met, number: number): void {
    const { tier, action } = this.rules[number]!;
    if (tier === 'admin') met.admin = Math.min(met.admin, number);
    else if (tier === 'baseline') met.baseline = Math.min(met.baseline, number);
    else if (action === 'deny') met.deny = this.sets.add(met.deny, number);
    else met.allow = this.sets.add(met.allow, number);
  }

  /** What meets a packet that meets both. */
  join(a: Met, b: Met): Met {
    return {
      admin: Math.min(a.admin, b.admin),
      deny: this.sets.union(a.deny, b.deny),
      allow: this.sets.union(a.allow, b.allow),
      localHost: a.localHost || b.localHost,
      baseline: Math.min(a.baseline, b.baseline),
    };
  }

  /** Whether `part` of all that meets a packet is what gives its first answer (a pass is one). */
  decides(part: Met, all: Met): boolean {
    if (all.admin !== NONE) return part.admin === all.admin;
    if (all.deny !== NO_RULES) return part.deny !== NO_RULES;
    if (all.allow !== NO_RULES) return part.allow !== NO_RULES;
    if (all.localHost) return part.localHost;
    if (all.baseline !== NONE) return part.baseline === all.baseline;
    return false;
  }

  /** The verdict. `rank` tells apart what one pass says at levels of which the more exact one must win. */
  value(met: Met, rank: Rank): Value {
    const admin = met.admin === NONE ? null : this.rules[met.admin]!;
    if (admin?.action === 'pass') return this.#passed(this.#after(met), met.admin, rank);
    const decider = admin ? 'admin' : this.#normal(met);
    if (decider === 'baseline' && this.rules[met.baseline]!.action === 'pass')
      return this.#passed('fallback', met.baseline, rank, met);
    return this.#make(decider, met);
  }

  #normal(met: Met): Decider {
    if (met.deny !== NO_RULES) return 'deny';
    if (met.allow !== NO_RULES) return 'allow';
    if (met.localHost) return 'localHost';
    return met.baseline === NONE ? 'fallback' : 'baseline';
  }

  #after(met: Met): Value {
    const decider = this.#normal(met);
    const passes = decider === 'baseline' && this.rules[met.baseline]!.action === 'pass';
    return this.#make(passes ? 'fallback' : decider, met);
  }

  #passed(after: Value | 'fallback', pass: number, rank: Rank, met: Met = nothing()): Value {
    const value = after === 'fallback' ? this.#make('fallback', met) : after;
    // The three positions of a pass tell the ranks apart; the deny bit stays 0, or a deny here would beat an allow of the same pass.
    return { ...value, precedence: (this.rules[pass]!.precedence + rank * 2) >>> 0 };
  }

  #make(decider: Decider, met: Met): Value {
    if (decider === 'fallback') return this.#known(FALLBACK_OUTCOME, () => this.#fallbackValue());
    if (decider === 'localHost')
      return this.#known(LOCAL_HOST_OUTCOME, () => ({
        deny: false,
        precedence: LOCAL_HOST_ALLOW,
        provenance: { type: 'default', reason: 'local-host', isolating: [] },
        outcome: LOCAL_HOST_OUTCOME,
      }));
    if (decider === 'admin' || decider === 'baseline') return this.#ordered(met[decider]);
    const set = met[decider];
    const outcome = set * SHIFT + (decider === 'deny' ? 4 : 5);
    return (
      this.#values.get(outcome) ??
      this.#known(outcome, () => this.#ruled(outcome, decider === 'deny', this.sets.members(set)))
    );
  }

  #ordered(number: number): Value {
    const outcome = number * SHIFT + 3;
    return this.#known(outcome, () => {
      const { action, precedence } = this.rules[number]!;
      return { ...this.#ruled(outcome, action === 'deny', [number]), precedence };
    });
  }

  #ruled(outcome: number, deny: boolean, numbers: readonly number[]): Value {
    const rules = numbers.map((n) => this.rules[n]!.origin);
    const provenance: Provenance = { type: 'rule', rules };
    return { deny, precedence: deny ? NORMAL_DENY : NORMAL_ALLOW, provenance, outcome };
  }

  #fallbackValue(): Value {
    const { deny, provenance } = this.fallback;
    const outcome = deny ? NOT_FOUND_OUTCOME : FALLBACK_OUTCOME;
    return { deny, precedence: MODE_ALLOW, provenance, outcome };
  }

  #known(outcome: number, make: () => Value): Value {
    let value = this.#values.get(outcome);
    if (!value) this.#values.set(outcome, (value = make()));
    return value;
  }
}
