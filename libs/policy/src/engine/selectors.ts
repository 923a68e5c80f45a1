import {
  IDENTITY,
  isCidr,
  isCluster,
  makeLabels,
  makeSelector,
  matches,
  RESERVED_IDENTITIES,
  reservedLabels,
  type Labels,
  type Selector,
} from '@sluice/labels';
import type { NodeInput } from '../types.js';
import type { Chooser, WantedPeers } from './chooser.js';
export type { Chooser } from './chooser.js';
import { LabelIndex } from './labelindex.js';
import { matcher } from './matcher.js';
import { PeerSet, type PeerUser, type Selection } from './peers.js';
import { SelectorTable } from './selectortable.js';
import { SlotSet } from './slotset.js';

/** The label by which a selector looks for prefixes: the longer the text, the rarer. */
function cidrSelector(prefix: string): Selector {
  return makeSelector([{ source: 'cidr', key: prefix, operator: 'Exists', values: [] }]);
}

/** Whom no labels meet: nothing but `all` meets `unknown`, and no address is `world` without a family. */
const NOBODY: readonly number[] = [IDENTITY.UNKNOWN, IDENTITY.WORLD];

/** Numbers that rules may name and that have no labels of their own. */
const UNLABELLED: readonly number[] = [IDENTITY.ANY, IDENTITY.CLUSTER];

/** CIDR peers meet prefixes only, and those in no exception. */
function meetsCidr(chooser: Extract<Chooser, { type: 'cidr' }>, id: number, labels: Labels): boolean {
  const has = (prefix: string) => labels.some((l) => l.source === 'cidr' && l.key === prefix);
  return isCidr(id) && has(chooser.prefix) && !chooser.except.some(has);
}

/** Whether a chooser meets somebody with these labels, made ready to be asked often. */
function meets(chooser: Chooser): (id: number, labels: Labels) => boolean {
  if (chooser.type === 'cidr') return (id, labels) => meetsCidr(chooser, id, labels);
  if (chooser.type !== 'labels') return () => false;
  const ask = matcher(chooser.selector);
  return (id, labels) => !NOBODY.includes(id) && ask(labels);
}

/** The class that a look-up reads beside a peer's number, as far as the number and its labels tell; 0 for none. */
function classOf(identity: number, labels: Labels | undefined): number {
  if (isCluster(identity)) return IDENTITY.CLUSTER;
  if (!isCidr(identity)) return 0;
  const prefix = labels?.find((l) => l.source === 'cidr')?.key;
  if (prefix === undefined) return 0;
  return prefix.includes(':') ? IDENTITY.WORLD_IPV6 : IDENTITY.WORLD_IPV4;
}

/** All peer sets in use and whom each meets, kept by inverted indexes of labels in both directions. */
export class SelectorIndex {
  readonly #identities = new LabelIndex();
  readonly #selections = new Map<string, Selection>();
  readonly #sets = new Map<string, PeerSet>();
  readonly #byLabels = new SelectorTable<Selection>();
  readonly #byNodes = new Set<Selection>();
  /** Classes of prefixes by slot. */
  readonly #classes: number[] = [];
  #nodes: readonly NodeInput[] = [];

  constructor() {
    for (const id of UNLABELLED) this.#identities.pin(id);
    for (const id of RESERVED_IDENTITIES) this.#identities.set(id, reservedLabels(id));
  }

  /** Who has which slot. Sets of peers are sets of slots. */
  get numbers(): Pick<LabelIndex, 'slotOf' | 'idAt' | 'table' | 'hold' | 'release' | 'freed'> {
    return this.#identities;
  }

  labelsOf(identity: number): Labels | undefined {
    return this.#identities.labelsOf(identity);
  }

  /** Labels of a node; null for a number that is no known node's. */
  nodeLabelsOf(identity: number): Labels | null {
    return this.#nodes.find((n) => n.identity === identity)?.labels ?? null;
  }

  /** The class that a look-up reads beside a peer's number; 0 for none. */
  classOf(identity: number): number {
    if (isCluster(identity)) return IDENTITY.CLUSTER;
    return isCidr(identity) ? (this.#classes[this.#identities.slotOf(identity)] ?? 0) : 0;
  }

  /** Takes the peers of a rule into use for a user; give them back with `release`, as often as acquired. */
  acquire({ key, choosers }: WantedPeers, user: PeerUser): PeerSet {
    let set = this.#sets.get(key);
    if (!set) {
      set = new PeerSet(key, choosers.map((c) => this.#selection(c.key, c.chooser))); // prettier-ignore
      this.#sets.set(key, set);
    }
    set.use(user);
    return set;
  }

  release(set: PeerSet, user: PeerUser): void {
    if (set.leave(user)) return;
    this.#sets.delete(set.key);
    for (const selection of set.selections) {
      selection.sets.delete(set);
      if (selection.sets.size === 0) this.#drop(selection);
    }
  }

  #selection(key: string, chooser: Chooser): Selection {
    let selection = this.#selections.get(key);
    if (selection) return selection;
    selection = { key, chooser, meets: meets(chooser), met: this.#met(chooser), sets: new Set() };
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

  #met(chooser: Chooser): SlotSet {
    const met = new SlotSet();
    switch (chooser.type) {
      case 'identity':
        met.add(this.#identities.pin(chooser.identity));
        return met;
      case 'nodes':
        for (const slot of this.#nodesOf(chooser)) met.add(slot);
        return met;
      case 'labels': {
        const found = this.#identities.select(chooser.selector);
        for (const id of NOBODY) found.delete(this.#identities.slotOf(id));
        return found;
      }
      case 'cidr': {
        for (const id of this.#identities.selectIds(cidrSelector(chooser.prefix)))
          if (meetsCidr(chooser, id, this.labelsOf(id)!)) met.add(this.#identities.slotOf(id));
        return met;
      }
    }
  }

  #nodesOf(chooser: Extract<Chooser, { type: 'nodes' }>): number[] {
    const { local, selector } = chooser;
    const meant = this.#nodes.filter((n) => (local || !n.local) && matches(selector, n.labels));
    return meant.map((n) => this.#identities.slotOf(n.identity)).filter((slot) => slot >= 0);
  }

  /** Sets or (with null) removes an identity; users of peers that it joins or leaves are told. */
  setIdentity(identity: number, labels: Labels | null): void {
    const before = this.#identities.labelsOf(identity);
    const cls = labels ? classOf(identity, labels) : 0;
    // Whoever takes over a number with another class beside it is somebody else, also to those who meet both.
    if (before && labels && cls !== this.classOf(identity)) this.setIdentity(identity, null);
    if (!labels) {
      const slot = this.#identities.slotOf(identity);
      if (slot < 0) return;
      for (const selection of this.#byLabels.candidates(before ?? [])) this.#setMet(selection, slot, false);
      this.#identities.set(identity, null);
      return;
    }
    const slot = this.#identities.set(identity, labels);
    this.#classes[slot] = cls;
    const update = (selection: Selection) => this.#setMet(selection, slot, selection.meets(identity, labels));
    if (before) this.#byLabels.candidates(before).forEach(update);
    this.#byLabels.candidates(labels).forEach(update);
  }

  #setMet(selection: Selection, slot: number, now: boolean): void {
    const { met, sets } = selection;
    if (now === met.has(slot)) return;
    if (now) met.add(slot);
    else met.delete(slot);
    const identity = this.#identities.idAt(slot);
    for (const set of sets) set.tell(selection, slot, identity);
  }

  /** Sets all nodes. Those with numbers of their own are remote nodes to every selector. */
  setNodes(nodes: readonly NodeInput[]): void {
    const own = (list: readonly NodeInput[]) => list.map((n) => n.identity).filter(isOwnNumber);
    const [before, present] = [own(this.#nodes), new Set(own(nodes))];
    this.#nodes = nodes;
    for (const node of nodes)
      if (isOwnNumber(node.identity) || node.identity === IDENTITY.HOST)
        this.setIdentity(node.identity, nodeEntities(node));
    if (!nodes.some((n) => n.identity === IDENTITY.HOST))
      this.setIdentity(IDENTITY.HOST, reservedLabels(IDENTITY.HOST));
    for (const selection of this.#byNodes) {
      const met = this.#met(selection.chooser);
      const gone: number[] = [];
      selection.met.forEach((slot) => met.has(slot) || gone.push(slot));
      for (const slot of gone) this.#setMet(selection, slot, false);
      met.forEach((slot) => this.#setMet(selection, slot, true));
    }
    // Last: a number without labels has no slot by which peers could still know it.
    for (const id of before) if (!present.has(id)) this.setIdentity(id, null);
  }
}

/** The labels of the entities that a node is. One that is not told apart has the number, and the labels, of all remote nodes. */
export function nodeEntities({ identity, apiServer }: NodeInput): Labels {
  const own = reservedLabels(isOwnNumber(identity) ? IDENTITY.REMOTE_NODE : identity);
  if (apiServer !== true || identity === IDENTITY.REMOTE_NODE) return own;
  return makeLabels([...own, ...reservedLabels(IDENTITY.KUBE_APISERVER)]);
}

/** Of a node that is told apart from other remote nodes. */
function isOwnNumber(identity: number): boolean {
  return identity >= IDENTITY.CIDR_FLAG * 2;
}
