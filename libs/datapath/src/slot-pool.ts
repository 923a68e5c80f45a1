import type { BpfMap, Native } from '@sluice/native';
import { POLICY_KEY_SIZE, POLICY_VALUE_SIZE, u32Codec } from './codecs.js';
import { DatapathError } from './errors.js';

/** BPF_F_NO_PREALLOC: an LPM trie must have it. */
const NO_PREALLOC = 1;
const MINIMUM = 8;
const TARGET = 16;
/** A packet that read the old slot number is done with it long before. */
const REST_NANOSECONDS = 100_000_000n;
const CHUNK = 1024;

/**
 * Inner maps made ahead. Putting a map into an outer map waits for a grace period of the kernel (about 10 ms), so spare
 * slots are made many at a time, and what flips is a slot number in an ordinary map. Slot 0 is an empty map for ever: what
 * a class in lockdown points to.
 */
export class SlotPool {
  static readonly EMPTY = 0;
  private readonly inners = new Map<number, BpfMap>();
  private readonly free: number[] = [];
  private readonly retired: { readonly slot: number; readonly at: bigint }[] = [];

  constructor(
    private readonly native: Native,
    private readonly outer: BpfMap,
    /** Most entries that one class may have. */
    readonly ceiling: number,
  ) {}

  /**
   * Finds the maps that are there, and those in use; everything else becomes spare, emptied. Slots are filled from the lowest
   * on and never emptied again, so what follows the first one without a map is not looked at: before Linux 6.8 each look waits
   * for a grace period, and thousands of them would be a minute. One that somebody else has filled there is filled anew.
   */
  open(used: ReadonlySet<number>): void {
    for (let slot = 0; slot < this.outer.maxEntries && this.find(slot); slot++) {
      if (slot !== SlotPool.EMPTY && !used.has(slot)) this.retired.push({ slot, at: 0n });
    }
    for (const slot of used) if (!this.inners.has(slot)) this.find(slot);
    this.maintain();
  }

  /** Takes over the map of a slot; false where there is none. */
  private find(slot: number): boolean {
    const id = this.outer.get(u32Codec.encode(slot));
    if (id !== null) this.inners.set(slot, this.native.openMapById(u32Codec.decode(id)));
    return id !== null;
  }

  get spare(): number {
    return this.free.length;
  }

  /** A spare slot, empty. Prepares more where there is none; throws NO_SLOT where the outer map is full. */
  take(): number {
    if (this.free.length === 0) this.maintain();
    const slot = this.free.pop();
    if (slot === undefined) {
      throw new DatapathError('NO_SLOT', `all ${this.outer.maxEntries} policy slots are in use`, {
        hint: 'raise the size of the policy map; the class stays shut until then',
      });
    }
    return slot;
  }

  inner(slot: number): BpfMap {
    const inner = this.inners.get(slot);
    if (!inner) throw new DatapathError('BAD_ENTRY', `policy slot ${slot} has no map`);
    return inner;
  }

  /** Writes a whole content into an empty slot. */
  fill(slot: number, content: ReadonlyMap<string, Buffer>): void {
    const inner = this.inner(slot);
    const all = [...content];
    for (let i = 0; i < all.length; i += CHUNK) {
      const part = all.slice(i, i + CHUNK);
      inner.updateBatch(
        Buffer.concat(part.map(([key]) => Buffer.from(key, 'latin1'))),
        Buffer.concat(part.map(([, v]) => v)),
      );
    }
  }

  /** What a slot's map has; empty where there is no map. */
  content(slot: number): Map<string, Buffer> {
    const content = new Map<string, Buffer>();
    const inner = this.inners.get(slot);
    if (!inner) return content;
    const { keys, values, count } = inner.entries();
    for (let i = 0; i < count; i++) {
      const value = Buffer.from(values.subarray(i * POLICY_VALUE_SIZE, (i + 1) * POLICY_VALUE_SIZE));
      content.set(keys.toString('latin1', i * POLICY_KEY_SIZE, (i + 1) * POLICY_KEY_SIZE), value);
    }
    return content;
  }

  /** The slot is in use no more; it is cleared once no packet can still be reading it. */
  retire(slot: number): void {
    this.retired.push({ slot, at: this.native.monotonicNow() });
  }

  /** Clears rested slots and keeps at least eight spare, sixteen at a time, with one grace period for all. */
  maintain(): void {
    const now = this.native.monotonicNow();
    while (this.retired.length > 0 && now - this.retired[0]!.at >= REST_NANOSECONDS) {
      const { slot } = this.retired.shift()!;
      this.clear(slot);
      this.free.push(slot);
    }
    if (this.free.length < MINIMUM || !this.inners.has(SlotPool.EMPTY)) this.prepare();
  }

  private clear(slot: number): void {
    const { keys, count } = this.inner(slot).entries();
    for (let i = 0; i < count; i++)
      this.inner(slot).delete(keys.subarray(i * POLICY_KEY_SIZE, (i + 1) * POLICY_KEY_SIZE));
  }

  private prepare(): void {
    const slots: number[] = [];
    const wanted = TARGET - this.free.length;
    for (let slot = 0; slot < this.outer.maxEntries && slots.length < wanted; slot++) {
      if (!this.inners.has(slot)) slots.push(slot);
    }
    if (slots.length === 0) return;
    const inners = slots.map(() => this.create());
    this.outer.updateMapBatch(Buffer.concat(slots.map((slot) => u32Codec.encode(slot))), inners);
    slots.forEach((slot, i) => {
      this.inners.set(slot, inners[i]!);
      if (slot !== SlotPool.EMPTY) this.free.push(slot);
    });
  }

  private create(): BpfMap {
    return this.native.createMap({
      name: 'policy_inner',
      type: 'lpm_trie',
      keySize: POLICY_KEY_SIZE,
      valueSize: POLICY_VALUE_SIZE,
      maxEntries: this.ceiling,
      flags: NO_PREALLOC,
    });
  }
}
