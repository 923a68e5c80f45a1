import { isDerivedKey, type Label, type LabelSource, type Labels, type Requirement, type Selector } from '@sluice/labels'; // prettier-ignore
import { isPositive } from './matcher.js';
import { SlotSet } from './slotset.js';
import { SlotTable } from './slottable.js';

/** All labels of one source and key, and who has one of them. */
interface KeyPostings {
  readonly source: LabelSource;
  readonly key: string;
  readonly values: Map<string, Posting>;
  /** As long as there is one value, the list of that. */
  slots: SlotSet;
}

/** One label and who has it. Labels that are equal are one object: that of 65,000 is there once. */
interface Posting {
  readonly key: KeyPostings;
  readonly label: Label;
  readonly slots: SlotSet;
}

/** More lists than this are made one before they are asked. */
const LISTS = 4;

/** A requirement as lists of those who have what it names. */
class Test {
  readonly #lists: readonly SlotSet[];
  readonly size: number;

  constructor(
    readonly wanted: boolean,
    lists: readonly SlotSet[],
  ) {
    this.size = lists.reduce((sum, list) => sum + list.size, 0);
    this.#lists = lists.length > LISTS ? [union(lists)] : lists;
  }

  meets(slot: number): boolean {
    for (const list of this.#lists) if (list.has(slot)) return this.wanted;
    return !this.wanted;
  }

  forEach(visit: (slot: number) => void): void {
    for (const list of this.#lists) list.forEach(visit);
  }
}

function union(lists: readonly SlotSet[]): SlotSet {
  const all = new SlotSet();
  for (const list of lists) list.forEach((slot) => all.add(slot));
  return all;
}

/** Whether a requirement speaks of labels of a source: `any` is those of workloads, on a derived key that of the derived label. */
function isMeant(r: Requirement, source: LabelSource): boolean {
  if (r.source !== 'any') return r.source === source;
  return isDerivedKey(r.key) ? source === 'k8s' : source !== 'cidr';
}

/**
 * Numbered label sets, by key and value: finds those that a selector meets without asking each. Each number has a slot, a small
 * number of its own as long as it has labels, so that sets of them are bits and tables of them are arrays.
 */
export class LabelIndex {
  readonly #slots = new Map<number, number>();
  readonly #ids: number[] = [];
  readonly #labels: (readonly Posting[] | null)[] = [];
  readonly #pinned = new Set<number>();
  /** By key, then by source: a key has mostly one. */
  readonly #keys = new Map<string, KeyPostings[]>();
  readonly #tables: SlotTable[] = [];
  #free: number[] = [];
  #holds = 0;
  #size = 0;
  #freed = 0;

  /** How many have labels. */
  get size(): number {
    return this.#size;
  }

  /** How often a number has lost its slot: while it is as before, every slot still has its number. */
  get freed(): number {
    return this.#freed;
  }

  /** -1 for a number without one. */
  slotOf(id: number): number {
    return this.#slots.get(id) ?? -1;
  }

  /** The number that has a slot, or had it last. */
  idAt(slot: number): number {
    return this.#ids[slot]!;
  }

  /** The slot of a number for good, whether or not it has labels. */
  pin(id: number): number {
    const slot = this.#take(id);
    this.#pinned.add(slot);
    return slot;
  }

  /** An empty table for all slots, until it is cleared. */
  table(): SlotTable {
    const table = this.#tables.pop() ?? new SlotTable(this.#ids.length, (t) => this.#tables.push(t));
    table.grow(this.#ids.length);
    return table;
  }

  /** From now on no slot is given to another number, until `release` is called as often. */
  hold(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds -= 1;
  }

  labelsOf(id: number): Labels | undefined {
    const slot = this.slotOf(id);
    return slot < 0 ? undefined : this.#labels[slot]?.map((p) => p.label);
  }

  /** Sets labels or, with null, forgets them. Returns the slot, with null the one that the number had. */
  set(id: number, labels: Labels | null): number {
    const slot = labels ? this.#take(id) : this.slotOf(id);
    if (slot < 0) return slot;
    const before = this.#labels[slot] ?? null;
    for (const posting of before ?? []) this.#remove(posting, slot);
    this.#labels[slot] = labels ? labels.map((label) => this.#add(label, slot)) : null;
    this.#size += (labels ? 1 : 0) - (before ? 1 : 0);
    if (!labels && !this.#pinned.has(slot)) {
      this.#slots.delete(id);
      this.#free.push(slot);
      this.#freed += 1;
    }
    return slot;
  }

  #take(id: number): number {
    let slot = this.#slots.get(id);
    if (slot !== undefined) return slot;
    slot = (this.#holds === 0 ? this.#free.pop() : undefined) ?? this.#ids.length;
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    this.#labels[slot] = null;
    return slot;
  }

  #add(label: Label, slot: number): Posting {
    const key = this.#keyOf(label) ?? this.#makeKey(label);
    const posting = key.values.get(label.value);
    if (!posting && key.values.size === 0) return this.#make(key, label, key.slots, slot);
    if (!posting && key.values.size === 1) key.slots = union([key.slots]);
    if (key.values.size > 1 || !posting) key.slots.add(slot);
    if (!posting) return this.#make(key, label, new SlotSet(), slot);
    posting.slots.add(slot);
    return posting;
  }

  #keyOf({ source, key }: Pick<Label, 'source' | 'key'>): KeyPostings | undefined {
    const found = this.#keys.get(key);
    if (!found) return undefined;
    return found[0]!.source === source ? found[0] : found.find((k) => k.source === source);
  }

  #makeKey({ source, key }: Label): KeyPostings {
    const made = { source, key, values: new Map<string, Posting>(), slots: new SlotSet() };
    const known = this.#keys.get(key);
    if (known) known.push(made);
    else this.#keys.set(key, [made]);
    return made;
  }

  #make(key: KeyPostings, label: Label, slots: SlotSet, slot: number): Posting {
    const posting = { key, label, slots };
    key.values.set(label.value, posting);
    slots.add(slot);
    return posting;
  }

  #remove({ key, label, slots }: Posting, slot: number): void {
    slots.delete(slot);
    if (key.slots !== slots) key.slots.delete(slot);
    if (slots.size > 0) return;
    key.values.delete(label.value);
    if (key.values.size === 0) this.#dropKey(key);
    else if (key.values.size === 1) key.slots = [...key.values.values()][0]!.slots;
  }

  #dropKey(key: KeyPostings): void {
    const left = this.#keys.get(key.key)!.filter((k) => k !== key);
    if (left.length > 0) this.#keys.set(key.key, left);
    else this.#keys.delete(key.key);
  }

  #test(r: Requirement): Test {
    const keys = (this.#keys.get(r.key) ?? []).filter((k) => isMeant(r, k.source));
    const byKey = r.operator === 'Exists' || r.operator === 'DoesNotExist';
    const found = byKey ? keys : keys.flatMap((k) => r.values.flatMap((v) => k.values.get(v) ?? []));
    return new Test(isPositive(r), found.map((f) => f.slots)); // prettier-ignore
  }

  /** The slots of all that a selector meets. */
  select(selector: Selector): SlotSet {
    const tests = selector.requirements.map((r) => this.#test(r));
    const positive = tests.filter((t) => t.wanted).sort((a, b) => a.size - b.size);
    const [least] = positive;
    const others = tests.filter((t) => t !== least);
    const met = new SlotSet();
    const ask = (slot: number) => {
      for (let i = 0; i < others.length; i++) if (!others[i]!.meets(slot)) return;
      met.add(slot);
    };
    if (least) least.forEach(ask);
    else for (let slot = 0; slot < this.#labels.length; slot++) if (this.#labels[slot]) ask(slot);
    return met;
  }

  /** The numbers of all that a selector meets. */
  selectIds(selector: Selector): number[] {
    const ids: number[] = [];
    this.select(selector).forEach((slot) => ids.push(this.idAt(slot)));
    return ids;
  }
}
