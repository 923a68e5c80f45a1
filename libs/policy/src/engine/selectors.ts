import { isCidr, matches, type Labels, type Selector, IDENTITY } from '@sluice/labels';
import type { Peer } from '../normal/form.js';

/** What chooses identities: labels or a prefix. */
export type Chooser = Extract<Peer, { type: 'labels' | 'cidr' }>;

export function chooserKey(chooser: Chooser): string {
  return chooser.type === 'labels'
    ? `l ${chooser.selector.text}`
    : `c ${chooser.prefix} ${chooser.except.join(' ')}`;
}

/** Whether an identity is chosen. CIDR peers meet prefixes only; `unknown` is met by nothing but `all`. */
export function chooses(chooser: Chooser, identity: number, labels: Labels): boolean {
  if (identity === IDENTITY.UNKNOWN) return false;
  if (chooser.type === 'labels') return matches(chooser.selector, labels);
  if (!isCidr(identity)) return false;
  const has = (prefix: string) => labels.some((l) => l.source === 'cidr' && l.key === prefix);
  return has(chooser.prefix) && !chooser.except.some(has);
}

/** One chooser and whom it meets now. `users`: subjects whose last resolution read it. */
export interface Selection {
  readonly chooser: Chooser;
  readonly met: Set<number>;
  readonly users: Set<number>;
  references: number;
}

/** A label's places in the index: by key alone and by key and value. Sources are left to the exact test. */
function tokensOf(labels: Labels): string[] {
  return labels.flatMap((l) => [`${l.key}`, `${l.key}=${l.value}`]);
}

/** Tokens of which an identity must have one to be met; null where even an identity with no labels may be. */
function neededTokens(selector: Selector): readonly string[] | null {
  let needed: readonly string[] | null = null;
  for (const r of selector.requirements) {
    const tokens =
      r.operator === 'In' ? r.values.map((v) => `${r.key}=${v}`) : r.operator === 'Exists' ? [r.key] : null;
    // The namespace is in every namespaced selector, so almost anything else tells more.
    if (tokens && (!needed || needed[0]?.startsWith('io.kubernetes.pod.namespace'))) needed = tokens;
  }
  return needed;
}

function chooserTokens(chooser: Chooser): readonly string[] | null {
  return chooser.type === 'cidr' ? [chooser.prefix] : neededTokens(chooser.selector);
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

function remove<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}

/** All choosers in use and the identities that each meets, kept by an inverted index of labels in both directions. */
export class SelectorIndex {
  readonly #identities = new Map<number, Labels>();
  readonly #identitiesByToken = new Map<string, Set<number>>();
  readonly #selections = new Map<string, Selection>();
  readonly #selectionsByToken = new Map<string, Set<Selection>>();
  readonly #everywhere = new Set<Selection>();

  labelsOf(identity: number): Labels | undefined {
    return this.#identities.get(identity);
  }

  identities(): Iterable<number> {
    return this.#identities.keys();
  }

  /** Takes a chooser into use; equal ones share one selection. Give it back with `release`. */
  acquire(chooser: Chooser): Selection {
    const key = chooserKey(chooser);
    let selection = this.#selections.get(key);
    if (!selection) {
      selection = { chooser, met: new Set(), users: new Set(), references: 0 };
      this.#selections.set(key, selection);
      const tokens = chooserTokens(chooser);
      if (tokens) for (const token of tokens) add(this.#selectionsByToken, token, selection);
      else this.#everywhere.add(selection);
      const candidates = tokens
        ? tokens.flatMap((t) => [...(this.#identitiesByToken.get(t) ?? [])])
        : this.#identities.keys();
      for (const id of candidates)
        if (chooses(chooser, id, this.#identities.get(id) ?? [])) selection.met.add(id);
    }
    selection.references++;
    return selection;
  }

  release(selection: Selection): void {
    if (--selection.references > 0) return;
    this.#selections.delete(chooserKey(selection.chooser));
    this.#everywhere.delete(selection);
    for (const token of chooserTokens(selection.chooser) ?? [])
      remove(this.#selectionsByToken, token, selection);
  }

  /** Sets or (with null) removes an identity. Returns the selections that meet it now and did not, or the other way round. */
  setIdentity(identity: number, labels: Labels | null): Selection[] {
    const before = this.#identities.get(identity) ?? [];
    const candidates = new Set(this.#everywhere);
    for (const token of [...tokensOf(before), ...tokensOf(labels ?? [])])
      for (const selection of this.#selectionsByToken.get(token) ?? []) candidates.add(selection);
    for (const token of tokensOf(before)) remove(this.#identitiesByToken, token, identity);
    if (labels) {
      this.#identities.set(identity, labels);
      for (const token of tokensOf(labels)) add(this.#identitiesByToken, token, identity);
    } else this.#identities.delete(identity);
    const changed: Selection[] = [];
    for (const selection of candidates) {
      const now = labels !== null && chooses(selection.chooser, identity, labels);
      if (now === selection.met.has(identity)) continue;
      if (now) selection.met.add(identity);
      else selection.met.delete(identity);
      changed.push(selection);
    }
    return changed;
  }
}
