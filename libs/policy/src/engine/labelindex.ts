import { matches, NAMESPACE_LABEL, type Labels, type Requirement, type Selector } from '@sluice/labels';

/** The requirements that name labels of which something that meets them has one. The others say what it must not have. */
function isPositive(r: Requirement): boolean {
  return r.operator === 'In' || r.operator === 'Exists';
}

/** Numbered label sets, by key and value: finds those that a selector meets without asking each. */
export class LabelIndex {
  readonly #labels = new Map<number, Labels>();
  readonly #values = new Map<string, Map<string, Set<number>>>();

  get size(): number {
    return this.#labels.size;
  }

  labelsOf(id: number): Labels | undefined {
    return this.#labels.get(id);
  }

  /** Sets labels or, with null, forgets them. */
  set(id: number, labels: Labels | null): void {
    for (const { key, value } of this.#labels.get(id) ?? []) this.#remove(key, value, id);
    if (!labels) {
      this.#labels.delete(id);
      return;
    }
    this.#labels.set(id, labels);
    for (const { key, value } of labels) this.#add(key, value, id);
  }

  #add(key: string, value: string, id: number): void {
    let values = this.#values.get(key);
    if (!values) this.#values.set(key, (values = new Map<string, Set<number>>()));
    const ids = values.get(value);
    if (ids) ids.add(id);
    else values.set(value, new Set([id]));
  }

  #remove(key: string, value: string, id: number): void {
    const values = this.#values.get(key);
    const ids = values?.get(value);
    ids?.delete(id);
    if (ids?.size === 0) values?.delete(value);
    if (values?.size === 0) this.#values.delete(key);
  }

  /** Those who have one of the labels that a requirement names, whatever the source; null for more than `limit`. */
  #having(r: Requirement, limit: number): Iterable<number>[] | null {
    const values = this.#values.get(r.key);
    if (!values) return [];
    const sets = r.operator === 'In' ? r.values.flatMap((v) => values.get(v) ?? []) : [...values.values()];
    let size = 0;
    for (const set of sets) if ((size += set.size) >= limit) return null;
    return sets;
  }

  /** All that a selector meets. */
  select(selector: Selector): Set<number> {
    let best: Iterable<number>[] | null = null;
    let limit = this.#labels.size;
    for (const r of selector.requirements) {
      if (!isPositive(r)) continue;
      const sets = this.#having(r, limit);
      if (!sets) continue;
      best = sets;
      limit = (sets as Set<number>[]).reduce((sum, s) => sum + s.size, 0);
    }
    const met = new Set<number>();
    for (const ids of best ?? [this.#labels.keys()])
      for (const id of ids) if (matches(selector, this.#labels.get(id)!)) met.add(id);
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
  *candidates(labels: Labels): Generator<T> {
    yield* this.#others;
    for (const { key, value } of labels) {
      yield* this.#keys.get(key) ?? [];
      yield* this.#values.get(key)?.get(value) ?? [];
    }
  }
}

function of<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
