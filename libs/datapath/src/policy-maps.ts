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

/** An ordered sequence of in-place writes that is safe at every step (libs/policy decides whether there is one). */
export type InPlaceWrites = readonly { readonly op: 'put' | 'delete'; readonly entry: PolicyEntry }[];

export interface ClassUpdate {
  readonly policyClass: number;
  readonly form: ClassForm;
  /** null: build anew in a spare slot and flip. */
  readonly inPlace: InPlaceWrites | null;
}

type Content = Map<string, Buffer>;

interface Held {
  readonly entry: PolicyClassEntry;
  /** What the class's inner map has: packed key to packed value. */
  readonly content: Content;
  /** The same of its staged map; null where it has none. */
  readonly staged: Content | null;
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
    for (const [policyClass, entry] of taken) maps.read(policyClass, entry);
    return maps;
  }

  /** Numbers of the classes that the kernel has. */
  get known(): readonly number[] {
    return [...this.held.keys()];
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

  /**
   * Makes the kernel hold this form. Returns false where it held it already. A form that does not fit locks the class down
   * and raises an alarm: it is never cut short, since the entry that is left out may be the deny.
   */
  put({ policyClass, form, inPlace }: ClassUpdate): boolean {
    const held = this.held.get(policyClass);
    const content = pack(form.entries);
    const wantedStaged = form.staged ? pack(form.staged.entries) : null;
    if (held && sameForm(held, content, form, wantedStaged)) return false;
    if (form.entries.length > this.slots.ceiling) {
      this.lockdown(
        policyClass,
        form.defaultCookies,
        `${form.entries.length} entries, at most ${this.slots.ceiling} fit`,
      );
      return true;
    }
    const staged = this.stage(policyClass, held, form.staged, wantedStaged);
    const before = held?.entry.stagedSlot ?? SlotPool.EMPTY;
    try {
      const writable =
        held !== undefined && inPlace !== null && (held.entry.flags & ClassFlag.lockdown) === 0;
      if (writable && this.writeInPlace(policyClass, held, content, inPlace))
        this.flip(policyClass, held.entry.slot, content, form, staged);
      else this.swap(policyClass, held, content, form, staged);
      if (before !== staged.stagedSlot) this.retire(before);
    } catch (error) {
      if (before !== staged.stagedSlot) this.retire(staged.stagedSlot);
      this.lockdown(policyClass, form.defaultCookies, (error as Error).message);
      throw error;
    }
    return true;
  }

  /** Writes the staged map where it differs. One that does not fit is an alarm and tells nothing: what is enforced holds. */
  private stage(
    policyClass: number,
    held: Held | undefined,
    form: StagedForm | undefined,
    content: Content | null,
  ): Staged {
    if (!form || !content) return NOTHING_STAGED;
    const stagedDefaultCookies = form.defaultCookies;
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

  private read(policyClass: number, entry: PolicyClassEntry): void {
    const staged = entry.flags & ClassFlag.staged ? this.slots.content(entry.stagedSlot) : null;
    this.held.set(policyClass, { entry, content: this.slots.content(entry.slot), staged });
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

  /** Compares with the kernel what this process believes it wrote; forgets what was tampered with, so that put repairs it. */
  refresh(): void {
    const actual = new Map(this.classes.entries());
    for (const policyClass of [...this.held.keys()])
      if (!actual.has(policyClass)) this.held.delete(policyClass);
    for (const [policyClass, entry] of actual) this.read(policyClass, entry);
  }

  private swap(
    policyClass: number,
    held: Held | undefined,
    content: Content,
    form: ClassForm,
    staged: Staged,
  ): void {
    this.flip(policyClass, this.filled(content), content, form, staged);
    if (held) this.retire(held.entry.slot);
  }

  /** True where the writes were done; false, with nothing written, where they would not lead to the wanted content. */
  private writeInPlace(policyClass: number, held: Held, wanted: Content, writes: InPlaceWrites): boolean {
    const result = new Map(held.content);
    const packed = writes.map(({ op, entry }) => ({
      op,
      key: policyCodec.encodeKey(entry),
      value: policyCodec.encodeValue(entry),
    }));
    for (const { op, key, value } of packed) {
      if (op === 'put') result.set(packKey(key), value);
      else result.delete(packKey(key));
    }
    if (!sameContent(result, wanted)) return false;
    const inner = this.slots.inner(held.entry.slot);
    // Killed from here to the flip, a successor finds the mark and raises the epoch, even where the content is right already.
    this.classes.set(policyClass, { ...held.entry, flags: held.entry.flags | ClassFlag.writing });
    for (const { op, key, value } of packed) {
      if (op === 'put') inner.update(key, value);
      else inner.delete(key);
    }
    return true;
  }

  private flip(
    policyClass: number,
    slot: number,
    content: Content,
    { defaultCookies }: ClassForm,
    { content: stagedContent, ...staged }: Staged,
  ): void {
    const flags = stagedContent ? ClassFlag.staged : 0;
    const entry = { slot, flags, epoch: this.epochs.next(), defaultCookies, ...staged };
    this.classes.set(policyClass, entry);
    this.held.set(policyClass, { entry, content, staged: stagedContent });
  }
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
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key)?.equals(value) !== true) return false;
  return true;
}

const samePair = (a: readonly [number, number], b: readonly [number, number]) =>
  a[0] === b[0] && a[1] === b[1];

function sameForm(held: Held, content: Content, form: ClassForm, staged: Content | null): boolean {
  const { entry } = held;
  if (entry.flags !== (staged ? ClassFlag.staged : 0)) return false;
  if (!samePair(entry.defaultCookies, form.defaultCookies) || !sameContent(held.content, content))
    return false;
  if (!form.staged || !staged) return true;
  if (!samePair(entry.stagedDefaultCookies, form.staged.defaultCookies)) return false;
  return held.staged !== null && sameContent(held.staged, staged);
}
