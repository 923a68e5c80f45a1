import { better } from './better.js';
import { withKeys } from './compile.js';
import { Judge, NONE, nothing, NOT_FOUND_OUTCOME, type Met, type Rank, type Value } from './decide.js';
import { ANY_KEY, lastUpTo, longest, parentsOf, type KeyCode } from './key.js';
import { merge, prune, readAt, type Written } from './prune.js';

/** The rules of one level (a peer's number, a class, any) by key. `met` counts a key's own rules, `all` those of covering keys too. */
export interface Level {
  readonly codes: readonly KeyCode[];
  readonly parents: Int32Array;
  readonly met: readonly Met[];
  readonly all: readonly Met[];
  readonly passes: boolean;
}

/** A level with what is written for it. */
export interface Distilled {
  readonly level: Level;
  readonly written: Written;
}

/** A rule and the keys for which it stands at a level. */
export interface Grant {
  readonly rule: number;
  readonly keys: readonly KeyCode[];
}

/** What besides rules a level holds. */
export interface Extras {
  readonly localHost: boolean;
  readonly fallback: boolean;
}

/** The rules of one level by key: `codes` in any order. */
interface Cells {
  readonly codes: KeyCode[];
  readonly at: (code: KeyCode) => Met;
}

/** The usual case: all keys are those of rules. */
function cellsOf(judge: Judge, rules: readonly number[]): Cells {
  const { keys, keysOf } = judge;
  const cells = new Array<Met | undefined>(keys.length);
  const codes: KeyCode[] = [];
  for (const rule of rules)
    for (const place of keysOf[rule]!) {
      let cell = cells[place];
      if (!cell) {
        cells[place] = cell = nothing();
        codes.push(keys[place]!);
      }
      judge.add(cell, rule);
    }
  return { codes, at: (code) => cells[lastUpTo(keys, code)]! };
}

/** The same where some rules have keys of one peer, too. */
function cellsWith(judge: Judge, rules: readonly number[], named: readonly Grant[]): Cells {
  const cells = new Map<KeyCode, Met>();
  const own = new Map(named.map((n) => [n.rule, n.keys]));
  const all = new Set([...rules, ...own.keys()]);
  for (const rule of all) {
    const keys = rules.includes(rule) ? judge.rules[rule]!.keys : [];
    for (const key of withKeys(keys, own.get(rule) ?? [])) {
      let cell = cells.get(key);
      if (!cell) cells.set(key, (cell = nothing()));
      judge.add(cell, rule);
    }
  }
  return { codes: [...cells.keys()], at: (code) => cells.get(code)! };
}

/** Orders the rules of one level by key. `named` are rules whose keys are those of one peer. */
export function levelOf(
  judge: Judge,
  rules: readonly number[],
  named: readonly Grant[],
  extras: Extras,
): Level {
  const cells = named.length === 0 ? cellsOf(judge, rules) : cellsWith(judge, rules, named);
  const whole = extras.localHost || extras.fallback;
  const made = whole && !cells.codes.includes(ANY_KEY) ? nothing() : null;
  const codes = [...Uint32Array.from(made ? [ANY_KEY, ...cells.codes] : cells.codes).sort()];
  const met = codes.map((code) => (code === ANY_KEY && made) || cells.at(code));
  if (extras.localHost) met[0]!.localHost = true;
  const parents = parentsOf(codes);
  const all: Met[] = [];
  met.forEach((own, i) => all.push(parents[i]! < 0 ? own : judge.join(all[parents[i]!]!, own)));
  const isPass = (rule: number) => judge.rules[rule]!.action === 'pass';
  const passes = judge.passes && (rules.some(isPass) || named.some((n) => isPass(n.rule)));
  return { codes, parents, met, all, passes };
}

function meetsAt({ codes, parents, all }: Level, code: KeyCode): Met | undefined {
  return codes.length === 0 ? undefined : all[longest(codes, parents, code)];
}

/** The keys at which a level may need an entry. Where a pass can reach, each key of any level it reads: what lies below differs there. */
function candidates(own: Level, others: readonly Distilled[], reachable: boolean): readonly KeyCode[] {
  if (!reachable || others.length === 0) return own.codes;
  const codes = new Set(own.codes);
  for (const { level } of others) for (const code of level.codes) codes.add(code);
  return [...codes].sort((a, b) => a - b);
}

/**
 * The least entries of one level, given what the less exact levels hold that a look-up reads beside it. A key is written if
 * without it a look-up would find another verdict or other rules. Each value counts the rules of all levels that cover its key,
 * so among what a look-up finds the highest precedence is that of the deciding rule.
 */
export function distil(judge: Judge, level: Level, others: readonly Distilled[], rank: Rank): Distilled {
  const passes = level.passes || others.some((o) => o.level.passes);
  const place = { level, others, rank, passes };
  const codes: KeyCode[] = [];
  const values: Value[] = [];
  const all = candidates(level, others, passes);
  const parents = all === level.codes ? level.parents : parentsOf(all);
  /** For each candidate the place in `values` of the nearest that is written at or above it. */
  const nearest = new Int32Array(all.length);
  for (let i = 0; i < all.length; i++) {
    const code = all[i]!;
    const above = parents[i]! < 0 ? -1 : nearest[parents[i]!]!;
    nearest[i] = above;
    const value = valueAt(judge, place, code, i);
    if (!value) continue;
    const beside = besideAt(others, code);
    const without = better(above < 0 ? undefined : values[above], beside);
    if (value.outcome === (without?.outcome ?? NOT_FOUND_OUTCOME)) continue;
    // A longer match hides what is above it, but what stands beside it may still win with the same outcome as without it.
    if (!passes && better(value, beside)!.outcome === without?.outcome) continue;
    nearest[i] = values.push(value) - 1;
    codes.push(code);
  }
  const whole = codes.length === all.length;
  const written = { codes, parents: whole ? parents : parentsOf(codes), values };
  const beside = others.map((o) => o.written);
  const pruned = prune(written, beside);
  return { level, written: passes ? merge(pruned, beside) : pruned };
}

/** What a look-up finds at the less exact levels together. */
function besideAt(others: readonly Distilled[], code: KeyCode): Value | undefined {
  let best: Value | undefined;
  for (const { written } of others) best = better(best, readAt(written, code));
  return best;
}

interface Place {
  readonly level: Level;
  readonly others: readonly Distilled[];
  readonly rank: Rank;
  readonly passes: boolean;
}

/**
 * The value of a key, or null where this level has nothing to say there: what decides stands at a shorter key or in another
 * level, and is found there.
 */
function valueAt(judge: Judge, place: Place, code: KeyCode, index: number): Value | null {
  const { level, others, rank, passes } = place;
  const own = passes && others.length > 0 ? longest(level.codes, level.parents, code) : index;
  let all = own < 0 ? nothing() : level.all[own]!;
  for (const other of others) {
    const met = meetsAt(other.level, code);
    if (met) all = judge.join(all, met);
  }
  if (passes) return judge.value(all, rank);
  const part = level.met[index]!;
  const isFallback = rank === 0 && code === ANY_KEY && undecided(all);
  return isFallback || judge.decides(part, all) ? judge.value(all, rank) : null;
}

function undecided(met: Met): boolean {
  return met.admin === NONE && met.deny === 0 && met.allow === 0 && !met.localHost && met.baseline === NONE;
}
