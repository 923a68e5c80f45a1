import {
  isDerivedKey,
  NAMESPACE_LABEL,
  type Label,
  type Labels,
  type Requirement,
  type Selector,
} from '@sluice/labels';

/** The requirements that name labels of which something that meets them has one. The others say what it must not have. */
function isPositive(r: Requirement): boolean {
  return r.operator === 'In' || r.operator === 'Exists';
}

/** One requirement made ready to be asked often. */
function asker(r: Requirement): (labels: Labels) => boolean {
  const { key, operator } = r;
  const source = r.source === 'any' && isDerivedKey(key) ? 'k8s' : r.source;
  const [only] = r.values.length === 1 ? r.values : [null];
  const values = new Set(r.values);
  const byValue = operator === 'In' || operator === 'NotIn';
  const wanted = operator === 'In' || operator === 'Exists';
  const fits = (l: Label) => (source === 'any' ? l.source !== 'cidr' : l.source === source);
  return (labels) => {
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (label.key !== key || !fits(label)) continue;
      if (!byValue || (only === null ? values.has(label.value) : label.value === only)) return wanted;
    }
    return !wanted;
  };
}

/** The same as `matches` of the labels library, for one selector and many labels. */
export function matcher(selector: Selector): (labels: Labels) => boolean {
  const askers = selector.requirements.map(asker);
  return (labels) => {
    for (const ask of askers) if (!ask(labels)) return false;
    return true;
  };
}

/**
 * Those who have a label. Who loses it is only counted: a selector is asked of each in the end anyway, and an array that grows
 * is a tenth of the work of a set.
 */
interface Posting {
  /** The first of its kind; equal ones give way to it, so that a label of 65,000 is one object. */
  readonly label: Label;
  ids: number[];
  gone: number;
}

/** Numbered label sets, by key and value: finds those that a selector meets without asking each. */
export class LabelIndex {
  readonly #labels = new Map<number, Labels>();
  readonly #values = new Map<string, Map<string, Posting>>();

  get size(): number {
    return this.#labels.size;
  }

  labelsOf(id: number): Labels | undefined {
    return this.#labels.get(id);
  }

  /** Sets labels or, with null, forgets them. */
  set(id: number, labels: Labels | null): void {
    const before = this.#labels.get(id);
    if (labels)
      this.#labels.set(id, labels.map((label) => this.#add(label, id))); // prettier-ignore
    else this.#labels.delete(id);
    for (const { key, value } of before ?? []) this.#remove(key, value);
  }

  #add(label: Label, id: number): Label {
    const { source, key, value } = label;
    let values = this.#values.get(key);
    if (!values) this.#values.set(key, (values = new Map<string, Posting>()));
    const posting = values.get(value);
    if (!posting) {
      values.set(value, { label, ids: [id], gone: 0 });
      return label;
    }
    posting.ids.push(id);
    return posting.label.source === source ? posting.label : label;
  }

  /** Counts one that has left; where half have, the list is made anew. */
  #remove(key: string, value: string): void {
    const values = this.#values.get(key);
    const posting = values?.get(value);
    if (!values || !posting || ++posting.gone * 2 < posting.ids.length) return;
    const has = (id: number) => this.#labels.get(id)?.some((l) => l.key === key && l.value === value);
    posting.ids = [...new Set(posting.ids)].filter(has);
    posting.gone = 0;
    if (posting.ids.length === 0) values.delete(value);
    if (values.size === 0) this.#values.delete(key);
  }

  /** Those who have one of the labels that a requirement names, whatever the source; null for `limit` or more. */
  #having(r: Requirement, limit: number): Posting[] | null {
    const values = this.#values.get(r.key);
    if (!values) return [];
    const found: Posting[] = [];
    let size = 0;
    const take = (posting: Posting | undefined) => {
      if (!posting) return;
      found.push(posting);
      size += posting.ids.length;
    };
    if (r.operator === 'In') for (const value of r.values) take(values.get(value));
    else
      for (const posting of values.values()) {
        take(posting);
        if (size >= limit) return null;
      }
    return size < limit ? found : null;
  }

  /** All that a selector meets. */
  select(selector: Selector): Set<number> {
    let best: Posting[] | null = null;
    let limit = this.#labels.size;
    // Lists first: to count who has a key at all takes longer.
    const positive = selector.requirements.filter(isPositive);
    for (const r of positive.sort(
      (a, b) => Number(a.operator === 'Exists') - Number(b.operator === 'Exists'),
    )) {
      const found = this.#having(r, limit);
      if (!found) continue;
      best = found;
      limit = found.reduce((sum, posting) => sum + posting.ids.length, 0);
    }
    const met = new Set<number>();
    const meets = matcher(selector);
    const ask = (id: number) => {
      const labels = this.#labels.get(id);
      if (labels && meets(labels)) met.add(id);
    };
    if (best) for (const posting of best) posting.ids.forEach(ask);
    else for (const id of this.#labels.keys()) ask(id);
    return met;
  }
}

/** Things with selectors: finds those that may meet some labels without asking each. */
export class SelectorTable<T> {
  readonly #values = new Map<string, Map<string, Set<T>>>();
  readonly #keys = new Map<string, Set<T>>();
  readonly #others = new Set<T>();

  /** Where something is filed: the namespace is in every namespaced selector, so almost anything else tells more. */
  #place(selector: Selector): Requirement | null {
    const positive = selector.requirements.filter(isPositive);
    const rank = (r: Requirement) => (r.operator === 'Exists' ? 2 : 0) + (r.key === NAMESPACE_LABEL ? 1 : 0);
    return positive.sort((a, b) => rank(a) - rank(b))[0] ?? null;
  }

  #sets(selector: Selector): Set<T>[] {
    const r = this.#place(selector);
    if (!r) return [this.#others];
    if (r.operator === 'Exists') return [of(this.#keys, r.key, () => new Set<T>())];
    const values = of(this.#values, r.key, () => new Map<string, Set<T>>());
    return r.values.map((v) => of(values, v, () => new Set<T>()));
  }

  add(selector: Selector, thing: T): void {
    for (const set of this.#sets(selector)) set.add(thing);
  }

  delete(selector: Selector, thing: T): void {
    for (const set of this.#sets(selector)) set.delete(thing);
    const r = this.#place(selector);
    if (r?.operator === 'Exists' && this.#keys.get(r.key)?.size === 0) this.#keys.delete(r.key);
    if (r?.operator !== 'In') return;
    const values = this.#values.get(r.key);
    for (const v of r.values) if (values?.get(v)?.size === 0) values.delete(v);
    if (values?.size === 0) this.#values.delete(r.key);
  }

  /** All that these labels may meet; the selector itself is still to be asked. One thing may come twice. */
  candidates(labels: Labels): T[] {
    const found = [...this.#others];
    for (const { key, value } of labels) {
      const byKey = this.#keys.get(key);
      if (byKey) for (const thing of byKey) found.push(thing);
      const byValue = this.#values.get(key)?.get(value);
      if (byValue) for (const thing of byValue) found.push(thing);
    }
    return found;
  }
}

function of<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
