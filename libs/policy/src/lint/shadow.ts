import type { Requirement, Selector } from '@sluice/labels';
import type { NormalPolicy, NormalRule } from '../normal/form.js';
import { compareRefs } from '../normal/normalise.js';
import type { Direction } from '../types.js';
import { coverPorts, coversPeer } from './cover.js';
import { contradiction, implies } from './logic.js';
import { pathOfRule, ruleName, type LintFinding, type LintSpec } from './types.js';

const TIERS = { admin: 0, normal: 1, baseline: 2 } as const;

/** A rule with its place in the order of verdicts. */
interface Ranked {
  readonly spec: LintSpec;
  readonly rule: NormalRule;
  /** Group, then place within it: rules of one tier, and in the normal tier of one action. */
  readonly group: number;
  readonly place: number;
}

const groupOf = ({ tier }: NormalPolicy, { action }: NormalRule) =>
  TIERS[tier] * 2 + (tier === 'normal' && action !== 'deny' ? 1 : 0);

function inOrder(a: LintSpec, b: LintSpec): number {
  const [p, q] = [a.input.form, b.input.form];
  return (
    TIERS[p.tier] - TIERS[q.tier] || p.priority - q.priority || compareRefs(p.ref, q.ref) || a.index - b.index
  );
}

/** Whether one spec counts in each verdict in which another does: staged ones do not in enforced verdicts, replaced ones not in staged. */
function countsWith(one: LintSpec, other: LintSpec): boolean {
  return other.input.form.staged ? !one.replaced : !one.input.form.staged;
}

/**
 * Whether a rule that meets all that another one does keeps it from deciding. A pass goes on to the next tier: what is behind it
 * in its own is not asked, and so keeps nothing of a later tier from anything. `pass` is the place of the first in the admin tier.
 */
function comesFirst(first: Ranked, second: Ranked, pass: number): boolean {
  if (!countsWith(first.spec, second.spec)) return false;
  if (first.group === second.group) return first.place < second.place;
  return first.group < second.group && (first.group !== 0 || first.place < pass);
}

/** One value of one key that a selector asks for: whatever meets it has this label, of this source or of any. */
function anchorsOf({ requirements }: Selector): string[] {
  const one = (r: Requirement) => r.operator === 'In' && r.values.length === 1;
  return requirements.filter(one).map((r) => `${r.key}=${r.values[0] ?? ''}`);
}

/** How many pairs of specs are compared before lint gives up: a second or two of work. */
export const MOST_PAIRS = 3_000_000;
const STEP = 2_000;

/** Specs by a label that their subjects must have: a subject inside another one has that label too. */
class Subjects {
  readonly #byAnchor = new Map<string, LintSpec[]>();
  readonly #others: LintSpec[] = [];

  constructor(specs: readonly LintSpec[]) {
    const counts = new Map<string, number>();
    for (const { spec } of specs)
      for (const a of anchorsOf(spec.subject.selector)) counts.set(a, (counts.get(a) ?? 0) + 1);
    for (const spec of specs) {
      const anchors = anchorsOf(spec.spec.subject.selector);
      const rarest = anchors.sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))[0];
      if (rarest === undefined) this.#others.push(spec);
      else this.#byAnchor.set(rarest, [...(this.#byAnchor.get(rarest) ?? []), spec]);
    }
  }

  /** Those whose subjects may hold all subjects of a spec. */
  *around({ spec }: LintSpec): Generator<LintSpec> {
    yield* this.#others;
    for (const anchor of new Set(anchorsOf(spec.subject.selector))) yield* this.#byAnchor.get(anchor) ?? [];
  }
}

/** Whether whoever one spec is about the other is about too. */
function coversSubject(outer: LintSpec, inner: LintSpec): boolean {
  const [a, b] = [outer.spec.subject, inner.spec.subject];
  return a.type === b.type && implies(b.selector, a.selector);
}

/** The rules that together keep one from ever deciding; null where there are none such. */
function shadowOf(rule: Ranked, before: readonly Ranked[]): Ranked[] | null {
  const { peers, ports, action } = rule.rule;
  if (peers.length === 0 || ports.length === 0) return null;
  const used = new Set<Ranked>();
  for (const peer of peers) {
    const over = before.filter((b) => b.rule.peers.some((p) => coversPeer(p, peer)));
    const alone = over.find((b) => coverPorts([b.rule], { ports, action }));
    const found = alone ? [alone] : over;
    if (!coverPorts(found.map((b) => b.rule), { ports, action })) return null; // prettier-ignore
    for (const one of found) used.add(one);
  }
  return [...used];
}

const VERBS = { allow: 'allow', deny: 'deny', pass: 'pass on' } as const;

function findingOf(shadowed: Ranked, by: readonly Ranked[]): LintFinding {
  const { rule, spec } = shadowed;
  const actions = [...new Set(by.map((b) => VERBS[b.rule.action]))].join(' or ');
  const names = by.slice(0, 3).map((b) => ruleName(b.rule));
  const more = by.length > 3 ? ` and ${by.length - 3} more` : '';
  const same = by.every((b) => b.rule.action === rule.action);
  return {
    level: same ? 'info' : 'warning',
    code: 'shadowed-rule',
    policy: spec.input.form.ref,
    rule: rule.origin.rule,
    path: pathOfRule(rule.origin.rule),
    message: `the rule can never decide: ${names.join(', ')}${more} ${actions} all of it first`,
    hint: same ? 'leave it out' : 'change the order, the tier or the peers',
  };
}

function isolationFinding({ rule, spec }: Ranked, by: LintSpec): LintFinding {
  const { kind, scope, name } = by.input.form.ref;
  return {
    level: 'warning',
    code: 'shadowed-rule',
    policy: spec.input.form.ref,
    rule: rule.origin.rule,
    path: pathOfRule(rule.origin.rule),
    message: `the rule can never decide: ${kind}/${scope}/${name} isolates its subjects before the baseline tier is asked`,
    hint: 'rules of the baseline tier are for subjects that no policy isolates',
  };
}

/** Rules of one direction in the order of verdicts, by spec. */
function rankedRules(ordered: readonly LintSpec[], direction: Direction): Map<LintSpec, Ranked[]> {
  let place = 0;
  return new Map(
    ordered.map((spec) => [
      spec,
      spec.spec.rules
        .filter((rule) => rule.direction === direction)
        .map((rule) => ({ spec, rule, group: groupOf(spec.input.form, rule), place: place++ })),
    ]),
  );
}

/**
 * Rules that can never decide, because others which come first meet all that they meet: told only where that can be seen from the
 * requirements one by one. Goes on in small steps; the last finding says where there was too much to compare.
 */
export function* shadowedRules(specs: readonly LintSpec[]): Generator<LintFinding | null> {
  const possible = specs.filter((s) => contradiction(s.spec.subject.selector) === null);
  const ordered = [...possible].sort(inOrder);
  const subjects = new Subjects(ordered);
  let pairs = 0;
  for (const direction of ['ingress', 'egress'] as const) {
    const ranked = rankedRules(ordered, direction);
    const passes = [...ranked.values()].flat().filter((r) => r.group === 0 && r.rule.action === 'pass');
    const pass = passes.reduce((least, r) => Math.min(least, r.place), Infinity);
    for (const spec of ordered) {
      const own = ranked.get(spec) ?? [];
      if (!spec.input.told || own.length === 0) continue;
      const around: LintSpec[] = [];
      for (const other of subjects.around(spec)) {
        if (++pairs % STEP === 0) yield null;
        if (coversSubject(other, spec)) around.push(other);
      }
      const before = around.flatMap((other) => ranked.get(other) ?? []);
      for (const rule of own) {
        pairs += before.length;
        if (pairs > MOST_PAIRS) {
          yield incomplete(spec);
          return;
        }
        yield isolationOf(rule, around, direction) ?? ofRule(rule, before, pass);
      }
    }
  }
}

/** Isolation is final in the normal tier. */
function isolationOf(rule: Ranked, around: readonly LintSpec[], direction: Direction): LintFinding | null {
  if (rule.spec.input.form.tier !== 'baseline') return null;
  const by = around.find((s) => s.spec.isolates[direction] && countsWith(s, rule.spec));
  return by ? isolationFinding(rule, by) : null;
}

function ofRule(rule: Ranked, all: readonly Ranked[], pass: number): LintFinding | null {
  const before = all.filter((b) => comesFirst(b, rule, pass));
  const by = before.length > 0 ? shadowOf(rule, before) : null;
  return by ? findingOf(rule, by) : null;
}

function incomplete({ input }: LintSpec): LintFinding {
  return {
    level: 'info',
    code: 'incomplete',
    policy: input.form.ref,
    rule: '',
    path: [],
    message: 'there are too many rules to compare: shadowed ones were not looked for from here on',
    hint: 'lint fewer policies at once',
  };
}
