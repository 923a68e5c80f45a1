import { NAMESPACE_LABEL, type Labels, type Requirement, type Selector } from '@sluice/labels';
import { isPositive } from './matcher.js';

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
