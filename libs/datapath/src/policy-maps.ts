import type { BpfMap, Native } from '@sluice/native';
import { policyCodec } from './codecs.js';
import { packKey, unpackKey } from './diff.js';
import type { EpochCounter } from './epoch.js';
import { type Alarm, DatapathError } from './errors.js';
import { ClassFlag, type PolicyClassEntry, type PolicyEntry } from './model.js';
import { SlotPool } from './slot-pool.js';
import type { TypedMap } from './typed-map.js';

/** What one class shall be: its entries, and the cookies of "nothing matched" (egress, ingress). */
export interface ClassForm extends StagedForm {
  /** What enforced and staged policies together would be; absent where no staged policy selects the class. */
  readonly staged?: StagedForm;
}

export interface StagedForm {
  readonly entries: readonly PolicyEntry[];
  readonly defaultCookies: readonly [number, number];
}

/** An ordered sequence of writes that turns what a map holds into what it shall hold. */
export type Writes = readonly { readonly op: 'put' | 'delete'; readonly entry: PolicyEntry }[];

export interface ClassUpdate {
  readonly policyClass: number;
  readonly form: ClassForm;
}

/** Writes to one of a class's maps, and the cookies of "nothing matched" there from then on. */
export interface FormChange {
  readonly writes: Writes;
  readonly defaultCookies: readonly [number, number];
}

/** How a class that the kernel has whole becomes another one. */
export interface ClassChange extends FormChange {
  readonly policyClass: number;
  /** Whether each single write is safe (libs/policy decides): then they go to the map in use, else to a copy that is swapped in. */
  readonly inPlace: boolean;
  /** Writes to what is staged, which is nothing where nothing was; null: nothing is staged any more. */
  readonly staged: FormChange | null;
}

type Content = Map<string, Buffer>;

interface Held {
  readonly entry: PolicyClassEntry;
  /** What the class's inner map has: packed key to packed value. */
  readonly content: Content;
  /** The same of its staged map; null where it has none. */
  readonly staged: Content | null;
}

/** One of a class's maps as it shall be. */
interface Half {
  readonly content: Content;
  readonly defaultCookies: readonly [number, number];
}

interface PackedWrite {
  readonly op: 'put' | 'delete';
  readonly key: Buffer;
  readonly value: Buffer;
}

/** The staged half of an element. */
type Staged = Pick<PolicyClassEntry, 'stagedSlot' | 'stagedDefaultCookies'> & {
  readonly content: Content | null;
};

const NOTHING_STAGED: Staged = { stagedSlot: SlotPool.EMPTY, stagedDefaultCookies: [0, 0], content: null };

/**
 * The policy of each local class. A class points to a slot of prepared inner maps; replacing its one element flips slot and
 * epoch at once. Inner maps are changed in place only by sequences that are safe at each step, and the epoch is raised only
 * after the last write, so that no connection remembers a verdict of a half-written map under the new number.
 */
export class PolicyMaps {
  private readonly held = new Map<number, Held>();

  constructor(
    private readonly classes: TypedMap<number, PolicyClassEntry>,
    private readonly slots: SlotPool,
    private readonly epochs: EpochCounter,
    private readonly alarm: (alarm: Alarm) => void,
  ) {}

  /** Reads back what the pinned maps hold, so that a restarted agent writes only what differs. */
  static open(
    native: Native,
    outer: BpfMap,
    classes: TypedMap<number, PolicyClassEntry>,
    epochs: EpochCounter,
    alarm: (alarm: Alarm) => void,
    ceiling: number,
  ): PolicyMaps {
    const taken = classes.entries();
    const slots = new SlotPool(native, outer, ceiling);
    slots.open(new Set(taken.flatMap(([, { slot, stagedSlot }]) => [slot, stagedSlot])));
    const maps = new PolicyMaps(classes, slots, epochs, alarm);
    for (const [policyClass, entry] of taken) maps.held.set(policyClass, maps.read(entry));
    return maps;
  }

  /** Numbers of the classes that the kernel has. */
  get known(): readonly number[] {
    return [...this.held.keys()];
  }

  /** Most classes that there can be. */
  get most(): number {
    return this.classes.map.maxEntries;
  }

  /** How full the fullest of the classes' maps is: 0 to 1. */
  get fill(): number {
    let most = 0;
    for (const { content, staged } of this.held.values())
      most = Math.max(most, content.size, staged?.size ?? 0);
    return most / this.slots.ceiling;
  }

  /** The class's element, or null where there is none. */
  state(policyClass: number): PolicyClassEntry | null {
    return this.held.get(policyClass)?.entry ?? null;
  }

  /** The entries that the kernel has for a class; empty where there is none. */
  entries(policyClass: number): readonly PolicyEntry[] {
    const content = this.held.get(policyClass)?.content ?? new Map<string, Buffer>();
    return [...content].map(([key, value]) => policyCodec.decode(unpackKey(key), value));
  }

  /** Cookies that entries and defaults of all classes name. */
  cookies(): Set<number> {
    const cookies = new Set<number>();
    for (const { entry, content, staged } of this.held.values()) {
      for (const cookie of [...entry.defaultCookies, ...entry.stagedDefaultCookies]) cookies.add(cookie);
      for (const value of content.values()) cookies.add(policyCodec.cookieOf(value));
      for (const value of staged?.values() ?? []) cookies.add(policyCodec.cookieOf(value));
    }
    return cookies;
  }

  /** Whether the kernel has the class as it was last written, so that `change` may be asked: not where it is locked down or half written. */
  isWhole(policyClass: number): boolean {
    const held = this.held.get(policyClass);
    return held !== undefined && (held.entry.flags & ~ClassFlag.staged) === 0;
  }

  /** Whether the kernel has what is staged for the class. */
  isStaged(policyClass: number): boolean {
    return ((this.held.get(policyClass)?.entry.flags ?? 0) & ClassFlag.staged) !== 0;
  }

  /**
   * Makes the kernel hold this form. Returns false where it held it already. A form that does not fit locks the class down
   * and raises an alarm: it is never cut short, since the entry that is left out may be the deny.
   */
  put({ policyClass, form }: ClassUpdate): boolean {
    const held = this.held.get(policyClass);
    const enforced: Half = { content: pack(form.entries), defaultCookies: form.defaultCookies };
    const staged: Half | null = form.staged
      ? { content: pack(form.staged.entries), defaultCookies: form.staged.defaultCookies }
      : null;
    if (held && this.isWhole(policyClass) && isSame(held, enforced, staged)) return false;
    this.become(policyClass, enforced, staged, () => this.filled(enforced.content));
    return true;
  }

  /**
   * The same by what changes: only that is written, unless it has to be swapped in. Returns false where nothing does. Throws
   * NOT_WHOLE where `isWhole` says no: then only `put` helps.
   */
  change({ policyClass, writes, defaultCookies, inPlace, staged }: ClassChange): boolean {
    const held = this.held.get(policyClass);
    if (!held || !this.isWhole(policyClass))
      throw new DatapathError(
        'NOT_WHOLE',
        `policy class ${policyClass} is not in the kernel as it was written`,
      );
    const packed = writes.map(packWrite);
    const half = staged && {
      content: written(held.staged ?? new Map<string, Buffer>(), staged.writes.map(packWrite)),
      defaultCookies: staged.defaultCookies,
    };
    if (packed.length === 0 && isSame(held, { content: held.content, defaultCookies }, half)) return false;
    // Puts come before the entries that they stand in for go, and both must fit.
    const most = held.content.size + packed.filter(({ op }) => op === 'put').length;
    if (packed.length === 0 || (inPlace && most <= this.slots.ceiling)) {
      const { content } = held;
      this.become(policyClass, { content, defaultCookies }, half, () =>
        this.writeInPlace(policyClass, held, packed),
      );
    } else {
      const content = written(held.content, packed);
      this.become(policyClass, { content, defaultCookies }, half, () => this.filled(content));
    }
    return true;
  }

  /** `write` makes the enforced content and tells the slot that has it. */
  private become(policyClass: number, enforced: Half, wantedStaged: Half | null, write: () => number): void {
    const held = this.held.get(policyClass);
    const { content, defaultCookies } = enforced;
    if (content.size > this.slots.ceiling) {
      const why = `${content.size} entries, at most ${this.slots.ceiling} fit`;
      return this.lockdown(policyClass, defaultCookies, why);
    }
    const staged = this.stage(policyClass, held, wantedStaged);
    const before = held?.entry.stagedSlot ?? SlotPool.EMPTY;
    try {
      const slot = write();
      this.flip(policyClass, slot, enforced, staged);
      if (held && held.entry.slot !== slot) this.retire(held.entry.slot);
      if (before !== staged.stagedSlot) this.retire(before);
    } catch (error) {
      if (before !== staged.stagedSlot) this.retire(staged.stagedSlot);
      this.lockdown(policyClass, defaultCookies, (error as Error).message);
      throw error;
    }
  }

  /** Writes the staged map where it differs. One that does not fit is an alarm and tells nothing: what is enforced holds. */
  private stage(policyClass: number, held: Held | undefined, half: Half | null): Staged {
    if (!half) return NOTHING_STAGED;
    const { content, defaultCookies: stagedDefaultCookies } = half;
    if (held?.staged && sameContent(held.staged, content))
      return { stagedSlot: held.entry.stagedSlot, stagedDefaultCookies, content };
    const why = content.size > this.slots.ceiling ? `${content.size} entries` : this.tryFill(content);
    if (typeof why === 'number') return { stagedSlot: why, stagedDefaultCookies, content };
    const message = `staged policies of class ${policyClass} are not told: ${why}`;
    this.alarm({ kind: 'policy-overflow', subject: String(policyClass), message });
    return NOTHING_STAGED;
  }

  /** A new slot with this content, or why there is none. */
  private tryFill(content: Content): number | string {
    try {
      return this.filled(content);
    } catch (error) {
      return (error as Error).message;
    }
  }

  private filled(content: Content): number {
    const slot = this.slots.take();
    try {
      this.slots.fill(slot, content);
    } catch (error) {
      this.slots.retire(slot);
      throw error;
    }
    return slot;
  }

  private retire(slot: number): void {
    if (slot !== SlotPool.EMPTY) this.slots.retire(slot);
  }

  private read(entry: PolicyClassEntry): Held {
    const staged = entry.flags & ClassFlag.staged ? this.slots.content(entry.stagedSlot) : null;
    return { entry, content: this.slots.content(entry.slot), staged };
  }

  /** Removes a class: its endpoints get and send nothing. */
  remove(policyClass: number): void {
    const held = this.held.get(policyClass);
    this.classes.delete(policyClass);
    this.held.delete(policyClass);
    if (held) for (const slot of [held.entry.slot, held.entry.stagedSlot]) this.retire(slot);
  }

  /** Shuts a class with a new epoch, so that live connections end too. */
  lockdown(policyClass: number, defaultCookies: readonly [number, number], why: string): void {
    const held = this.held.get(policyClass);
    const entry = {
      slot: SlotPool.EMPTY,
      flags: ClassFlag.lockdown,
      epoch: this.epochs.next(),
      defaultCookies,
      stagedSlot: SlotPool.EMPTY,
      stagedDefaultCookies: [0, 0],
    } as const;
    this.classes.set(policyClass, entry);
    this.held.set(policyClass, { entry, content: new Map(), staged: null });
    if (held) for (const slot of [held.entry.slot, held.entry.stagedSlot]) this.retire(slot);
    const message = `policy class ${policyClass} is locked down: ${why}`;
    this.alarm({ kind: 'policy-overflow', subject: String(policyClass), message });
  }

  /** Clears old slots and prepares spare ones; to be called when there is time (waits about 10 ms where it must create). */
  maintain(): void {
    this.slots.maintain();
  }

  /** Free prepared slots, for metrics and tests. */
  get spare(): number {
    return this.slots.spare;
  }

  /**
   * Reads back what the kernel has. Returns the classes that are not as they were last written: others have changed them, and only
   * `put` (or `remove`) makes them right again.
   */
  refresh(): number[] {
    const actual = new Map(this.classes.entries());
    const damaged: number[] = [];
    for (const policyClass of [...this.held.keys()]) {
      if (actual.has(policyClass)) continue;
      this.held.delete(policyClass);
      damaged.push(policyClass);
    }
    for (const [policyClass, entry] of actual) {
      const [before, now] = [this.held.get(policyClass), this.read(entry)];
      if (before && isAsHeld(before, now)) continue;
      this.held.set(policyClass, now);
      damaged.push(policyClass);
    }
    return damaged;
  }

  /** Killed from the mark to the flip, a successor finds the mark and raises the epoch, even where the content is right already. */
  private writeInPlace(policyClass: number, held: Held, packed: readonly PackedWrite[]): number {
    if (packed.length === 0) return held.entry.slot;
    const inner = this.slots.inner(held.entry.slot);
    this.classes.set(policyClass, { ...held.entry, flags: held.entry.flags | ClassFlag.writing });
    for (const { op, key, value } of packed) {
      if (op === 'put') inner.update(key, value);
      else inner.delete(key);
    }
    apply(held.content, packed);
    return held.entry.slot;
  }

  private flip(
    policyClass: number,
    slot: number,
    { content, defaultCookies }: Half,
    { content: stagedContent, ...staged }: Staged,
  ): void {
    const flags = stagedContent ? ClassFlag.staged : 0;
    const entry = { slot, flags, epoch: this.epochs.next(), defaultCookies, ...staged };
    this.classes.set(policyClass, entry);
    this.held.set(policyClass, { entry, content, staged: stagedContent });
  }
}

const NO_VALUE = Buffer.alloc(0);

const packWrite = ({ op, entry }: Writes[number]): PackedWrite => ({
  op,
  key: policyCodec.encodeKey(entry),
  value: op === 'put' ? policyCodec.encodeValue(entry) : NO_VALUE,
});

function apply(content: Content, writes: readonly PackedWrite[]): void {
  for (const { op, key, value } of writes) {
    if (op === 'put') content.set(packKey(key), value);
    else content.delete(packKey(key));
  }
}

/** The content after the writes. The same object where there are none. */
function written(content: Content, writes: readonly PackedWrite[]): Content {
  if (writes.length === 0) return content;
  const result = new Map(content);
  apply(result, writes);
  return result;
}

function pack(entries: readonly PolicyEntry[]): Map<string, Buffer> {
  const packed = new Map<string, Buffer>();
  for (const entry of entries) {
    const key = packKey(policyCodec.encodeKey(entry));
    if (packed.has(key))
      throw new DatapathError('BAD_ENTRY', `two policy entries with one key: ${JSON.stringify(entry)}`);
    packed.set(key, policyCodec.encodeValue(entry));
  }
  return packed;
}

function sameContent(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key)?.equals(value) !== true) return false;
  return true;
}

const samePair = (a: readonly [number, number], b: readonly [number, number]) =>
  a[0] === b[0] && a[1] === b[1];

/** Whether the kernel has both halves already. */
function isSame({ entry, content, staged }: Held, enforced: Half, half: Half | null): boolean {
  if (!samePair(entry.defaultCookies, enforced.defaultCookies) || !sameContent(content, enforced.content))
    return false;
  if (!staged || !half) return !staged && !half;
  return samePair(entry.stagedDefaultCookies, half.defaultCookies) && sameContent(staged, half.content);
}

/** Whether nobody else has written since. */
function isAsHeld(before: Held, now: Held): boolean {
  const [a, b] = [before.entry, now.entry];
  const sameEntry =
    a.slot === b.slot && a.stagedSlot === b.stagedSlot && a.flags === b.flags && a.epoch === b.epoch;
  const half = now.staged && { content: now.staged, defaultCookies: b.stagedDefaultCookies };
  return sameEntry && isSame(before, { content: now.content, defaultCookies: b.defaultCookies }, half);
}
