import {
  IDENTITY,
  isCidr,
  makeSelector,
  matches,
  RESERVED_IDENTITIES,
  reservedLabels,
  type Labels,
  type Selector,
} from '@sluice/labels';
import type { Peer } from '../normal/form.js';
import type { NodeInput } from '../types.js';
import { LabelIndex, SelectorTable } from './labelindex.js';

/** What chooses peers by itself: services have become labels or prefixes. */
export type Chooser = Extract<Peer, { type: 'identity' | 'labels' | 'cidr' | 'nodes' }>;

/** Equal choosers and only those have equal keys. */
export function chooserKey(chooser: Chooser): string {
  switch (chooser.type) {
    case 'identity':
      return `i ${chooser.identity}`;
    case 'labels':
      return `l ${chooser.selector.text}`;
    case 'nodes':
      return `n ${chooser.local} ${chooser.selector.text}`;
    case 'cidr':
      return `c ${chooser.prefix} ${chooser.except.join(' ')}`;
  }
}

/** Who wants to know when somebody joins or leaves some peers. */
export interface PeerUser {
  changed(identity: number): void;
}

/** One chooser and whom it meets now. */
interface Selection {
  readonly key: string;
  readonly chooser: Chooser;
  met: Set<number>;
  readonly sets: Set<CountedSet>;
}

/** The peers of a rule: all whom its choosers meet. Rules with equal peers share one. */
export interface PeerSet {
  /** Peers, and how many of the choosers meet each. */
  readonly met: ReadonlyMap<number, number>;
}

class CountedSet implements PeerSet {
  readonly met = new Map<number, number>();
  readonly users = new Map<PeerUser, number>();
  constructor(
    readonly key: string,
    readonly selections: readonly Selection[],
  ) {
    for (const selection of selections) {
      selection.sets.add(this);
      for (const id of selection.met) this.met.set(id, (this.met.get(id) ?? 0) + 1);
    }
  }

  change(identity: number, by: 1 | -1): void {
    const before = this.met.get(identity) ?? 0;
    const after = before + by;
    if (after === 0) this.met.delete(identity);
    else this.met.set(identity, after);
    if (before === 0 || after === 0) for (const user of this.users.keys()) user.changed(identity);
  }
}

/** The label by which a selector looks for prefixes: the longer the text, the rarer. */
function cidrSelector(prefix: string): Selector {
  return makeSelector([{ source: 'cidr', key: prefix, operator: 'Exists', values: [] }]);
}

const REMOTE = makeSelector([{ source: 'reserved', key: 'remote-node', operator: 'Exists', values: [] }]);

/** The same peers as one chooser; told-apart remote nodes are remote nodes too. */
function canonical(chooser: Chooser): Chooser {
  return chooser.type === 'identity' && chooser.identity === IDENTITY.REMOTE_NODE
    ? { type: 'labels', selector: REMOTE }
    : chooser;
}

/** Whom no labels meet: nothing but `all` meets `unknown`, and no address is `world` without a family. */
const NOBODY: readonly number[] = [IDENTITY.UNKNOWN, IDENTITY.WORLD];

/** All peer sets in use and whom each meets, kept by inverted indexes of labels in both directions. */
export class SelectorIndex {
  readonly #identities = new LabelIndex();
  readonly #selections = new Map<string, Selection>();
  readonly #byLabels = new SelectorTable<Selection>();
  readonly #byNodes = new Set<Selection>();
  readonly #sets = new Map<string, CountedSet>();
  #nodes: readonly NodeInput[] = [];

  constructor() {
    for (const id of RESERVED_IDENTITIES) this.#identities.set(id, reservedLabels(id));
  }

  labelsOf(identity: number): Labels | undefined {
    return this.#identities.labelsOf(identity);
  }

  /** Labels of a node; null for a number that is no known node's. */
  nodeLabelsOf(identity: number): Labels | null {
    return this.#nodes.find((n) => n.identity === identity)?.labels ?? null;
  }

  /** Takes the peers of a rule into use for a user; give them back with `release`, as often as acquired. */
  acquire(choosers: readonly Chooser[], user: PeerUser): PeerSet {
    const list = choosers.map(canonical);
    const keys = [...new Set(list.map(chooserKey))].sort();
    const key = keys.join('\n');
    let set = this.#sets.get(key);
    if (!set) {
      const byKey = new Map(list.map((c) => [chooserKey(c), c]));
      set = new CountedSet(key, keys.map((k) => this.#selection(k, byKey.get(k)!))); // prettier-ignore
      this.#sets.set(key, set);
    }
    set.users.set(user, (set.users.get(user) ?? 0) + 1);
    return set;
  }

  release(peers: PeerSet, user: PeerUser): void {
    const set = peers as CountedSet;
    const uses = (set.users.get(user) ?? 0) - 1;
    if (uses > 0) set.users.set(user, uses);
    else set.users.delete(user);
    if (set.users.size > 0) return;
    this.#sets.delete(set.key);
    for (const selection of set.selections) {
      selection.sets.delete(set);
      if (selection.sets.size === 0) this.#drop(selection);
    }
  }

  #selection(key: string, chooser: Chooser): Selection {
    let selection = this.#selections.get(key);
    if (selection) return selection;
    selection = { key, chooser, met: this.#meets(chooser), sets: new Set() };
    this.#selections.set(key, selection);
    if (chooser.type === 'labels') this.#byLabels.add(chooser.selector, selection);
    else if (chooser.type === 'cidr') this.#byLabels.add(cidrSelector(chooser.prefix), selection);
    else if (chooser.type === 'nodes') this.#byNodes.add(selection);
    return selection;
  }

  #drop(selection: Selection): void {
    const { key, chooser } = selection;
    this.#selections.delete(key);
    if (chooser.type === 'labels') this.#byLabels.delete(chooser.selector, selection);
    else if (chooser.type === 'cidr') this.#byLabels.delete(cidrSelector(chooser.prefix), selection);
    else if (chooser.type === 'nodes') this.#byNodes.delete(selection);
  }

  #meets(chooser: Chooser): Set<number> {
    switch (chooser.type) {
      case 'identity':
        return new Set([chooser.identity]);
      case 'nodes':
        return new Set(
          this.#nodes
            .filter((n) => (chooser.local || !n.local) && matches(chooser.selector, n.labels))
            .map((n) => n.identity),
        );
      case 'labels': {
        const met = this.#identities.select(chooser.selector);
        for (const id of NOBODY) met.delete(id);
        return met;
      }
      case 'cidr': {
        const met = this.#identities.select(cidrSelector(chooser.prefix));
        for (const id of met) if (!this.#inCidr(chooser, id, this.labelsOf(id)!)) met.delete(id);
        return met;
      }
    }
  }

  /** CIDR peers meet prefixes only, and those in no exception. */
  #inCidr(chooser: Extract<Chooser, { type: 'cidr' }>, id: number, labels: Labels): boolean {
    const has = (prefix: string) => labels.some((l) => l.source === 'cidr' && l.key === prefix);
    return isCidr(id) && has(chooser.prefix) && !chooser.except.some(has);
  }

  #chooses(chooser: Chooser, id: number, labels: Labels): boolean {
    if (chooser.type === 'labels') return !NOBODY.includes(id) && matches(chooser.selector, labels);
    return chooser.type === 'cidr' && this.#inCidr(chooser, id, labels);
  }

  /** Sets or (with null) removes an identity; users of peers that it joins or leaves are told. */
  setIdentity(identity: number, labels: Labels | null): void {
    const before = this.#identities.labelsOf(identity) ?? [];
    this.#identities.set(identity, labels);
    for (const selection of this.#byLabels.candidates(before)) this.#update(selection, identity, labels);
    if (labels)
      for (const selection of this.#byLabels.candidates(labels)) this.#update(selection, identity, labels);
  }

  #update(selection: Selection, identity: number, labels: Labels | null): void {
    const now = labels !== null && this.#chooses(selection.chooser, identity, labels);
    this.#setMet(selection, identity, now);
  }

  #setMet(selection: Selection, identity: number, now: boolean): void {
    if (now === selection.met.has(identity)) return;
    if (now) selection.met.add(identity);
    else selection.met.delete(identity);
    for (const set of selection.sets) set.change(identity, now ? 1 : -1);
  }

  /** Sets all nodes. Those with numbers of their own are remote nodes to every selector. */
  setNodes(nodes: readonly NodeInput[]): void {
    const before = this.#nodes;
    this.#nodes = nodes;
    const own = (list: readonly NodeInput[]) =>
      list.map((n) => n.identity).filter((id) => this.#isOwnNumber(id));
    const present = new Set(own(nodes));
    for (const id of own(before)) if (!present.has(id)) this.setIdentity(id, null);
    for (const id of present)
      if (!this.labelsOf(id)) this.setIdentity(id, reservedLabels(IDENTITY.REMOTE_NODE));
    for (const selection of this.#byNodes) {
      const met = this.#meets(selection.chooser);
      for (const id of selection.met) if (!met.has(id)) this.#setMet(selection, id, false);
      for (const id of met) this.#setMet(selection, id, true);
    }
  }

  #isOwnNumber(identity: number): boolean {
    return identity >= IDENTITY.CIDR_FLAG * 2;
  }
}
