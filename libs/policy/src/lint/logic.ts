import {
  isDerivedKey,
  LABEL_SOURCES,
  type LabelSource,
  type Requirement,
  type Selector,
} from '@sluice/labels';

/** Sources whose labels a key without a source can mean: all but those of prefixes. */
const ANY_OF: readonly LabelSource[] = LABEL_SOURCES.filter((source) => source !== 'cidr');

/** A requirement with its source as it is met: of a derived key only the adapter's label counts. */
function settled(requirement: Requirement): Requirement {
  const { source, key } = requirement;
  return source === 'any' && isDerivedKey(key) ? { ...requirement, source: 'k8s' } : requirement;
}

/** Whether whatever `source` bears is also asked by requirements of source `of`. */
const within = (source: Requirement['source'], of: Requirement['source']): boolean =>
  source === of || (of === 'any' && source !== 'cidr');

/** The requirements on one key. */
class Key {
  constructor(private readonly requirements: readonly Requirement[]) {}

  #of(source: LabelSource, operator: Requirement['operator']): readonly Requirement[] {
    return this.requirements.filter((r) => r.operator === operator && within(source, r.source));
  }

  /** Whether a label of this source can be there, with one of `values` (null: any value). */
  #canBe(source: LabelSource, values: readonly string[] | null): boolean {
    if (this.#of(source, 'DoesNotExist').length > 0) return false;
    const lists = this.#of(source, 'In').filter((r) => r.source === source);
    const excluded = this.#of(source, 'NotIn').flatMap((r) => r.values);
    const allowed = [...(values ? [values] : []), ...lists.map((r) => r.values)];
    const [first, ...rest] = allowed;
    if (!first) return true; // there are always more values than are excluded
    return first.some((v) => rest.every((list) => list.includes(v)) && !excluded.includes(v));
  }

  /** Whether one requirement can hold beside all others on the key. */
  canHold({ source, operator, values }: Requirement): boolean {
    if (operator !== 'In' && operator !== 'Exists') return true; // nothing forces a label to be there but these
    const wanted = operator === 'In' ? values : null;
    return source === 'any' ? ANY_OF.some((s) => this.#canBe(s, wanted)) : this.#canBe(source, wanted);
  }

  /** Lists of values without a source that no one label can meet together. */
  needsTwoSources(): boolean {
    const [first, ...rest] = this.requirements.filter((r) => r.source === 'any' && r.operator === 'In');
    return first !== undefined && !first.values.some((v) => rest.every((r) => r.values.includes(v)));
  }
}

function keysOf(selector: Selector): Map<string, Requirement[]> {
  return Map.groupBy(selector.requirements.map(settled), (r) => r.key);
}

const known = new WeakMap<Selector, string | null>();

/** The key about which the requirements of a selector contradict each other, so that it selects nothing; null where they do not. */
export function contradiction(selector: Selector): string | null {
  let found = known.get(selector);
  if (found === undefined) known.set(selector, (found = findContradiction(selector)));
  return found;
}

function findContradiction(selector: Selector): string | null {
  if (new Set(selector.requirements.map((r) => r.key)).size === selector.requirements.length) return null;
  for (const [name, requirements] of keysOf(selector)) {
    const key = new Key(requirements);
    if (!requirements.every((r) => key.canHold(r))) return name;
  }
  return null;
}

/** The key that would need labels of two sources for a selector to hold; null where there is none. */
export function needsTwoSources(selector: Selector): string | null {
  for (const [name, requirements] of keysOf(selector))
    if (new Key(requirements).needsTwoSources()) return name;
  return null;
}

const subset = (inner: readonly string[], outer: readonly string[]) => inner.every((v) => outer.includes(v));
const disjoint = (a: readonly string[], b: readonly string[]) => !a.some((v) => b.includes(v));

/** Whether whatever meets `r` meets `wanted`; both on one key. */
function impliesOne(r: Requirement, wanted: Requirement): boolean {
  switch (wanted.operator) {
    case 'In':
      return r.operator === 'In' && within(r.source, wanted.source) && subset(r.values, wanted.values);
    case 'Exists':
      return (r.operator === 'In' || r.operator === 'Exists') && within(r.source, wanted.source);
    case 'DoesNotExist':
      return r.operator === 'DoesNotExist' && within(wanted.source, r.source);
    case 'NotIn':
      if (r.operator === 'DoesNotExist') return within(wanted.source, r.source);
      if (r.operator === 'NotIn') return within(wanted.source, r.source) && subset(wanted.values, r.values);
      // One source has one label of a key.
      return (
        r.operator === 'In' &&
        r.source === wanted.source &&
        r.source !== 'any' &&
        disjoint(r.values, wanted.values)
      );
  }
}

/** Whether whatever meets `inner` surely meets `outer`. False where it cannot be told from the requirements one by one. */
export function implies(inner: Selector, outer: Selector): boolean {
  const have = inner.requirements.map(settled);
  return outer.requirements
    .map(settled)
    .every((wanted) => have.some((r) => r.key === wanted.key && impliesOne(r, wanted)));
}
