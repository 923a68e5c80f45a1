import type { BpfMap } from '@sluice/native';
import { type Changes, diffEntries, type PackedEntries, packKey, unpackKey } from './diff.js';
import { DatapathError, errnoOf } from './errors.js';

/** How a key and a value are packed; `encode` and `decode` are each other's inverse. */
export interface MapCodec<K, V> {
  readonly keySize: number;
  readonly valueSize: number;
  encodeKey(key: K): Buffer;
  decodeKey(bytes: Buffer): K;
  encodeValue(value: V): Buffer;
  decodeValue(bytes: Buffer): V;
}

const FULL = new Set(['E2BIG', 'ENOSPC', 'ENOMEM']);

/** A map with its codec. Writes go through; the kernel's content is the only truth, nothing is remembered here. */
export class TypedMap<K, V> {
  constructor(
    readonly map: BpfMap,
    readonly codec: MapCodec<K, V>,
  ) {
    if (map.keySize !== codec.keySize || map.valueSize !== codec.valueSize) {
      throw new DatapathError(
        'LAYOUT',
        `map ${map.name} has keys of ${map.keySize} and values of ${map.valueSize} bytes, not ${codec.keySize} and ${codec.valueSize}`,
        { hint: 'the objects and this agent are of different builds' },
      );
    }
  }

  get(key: K): V | null {
    const bytes = this.map.get(this.codec.encodeKey(key));
    return bytes === null ? null : this.codec.decodeValue(bytes);
  }

  set(key: K, value: V): void {
    this.full(() => this.map.update(this.codec.encodeKey(key), this.codec.encodeValue(value)));
  }

  /** True where it was there. */
  delete(key: K): boolean {
    return this.map.delete(this.codec.encodeKey(key));
  }

  entries(): (readonly [K, V])[] {
    return [...this.packed()].map(([key, value]) => [
      this.codec.decodeKey(unpackKey(key)),
      this.codec.decodeValue(value),
    ]);
  }

  /** Packs what is wanted, for `reconcile` and `diffEntries`. */
  pack(entries: Iterable<readonly [K, V]>): Map<string, Buffer> {
    const packed = new Map<string, Buffer>();
    for (const [key, value] of entries)
      packed.set(packKey(this.codec.encodeKey(key)), this.codec.encodeValue(value));
    return packed;
  }

  /** A key as `pack` and `packed` have it. */
  packedKey(key: K): string {
    return packKey(this.codec.encodeKey(key));
  }

  /** What the kernel has. */
  packed(): Map<string, Buffer> {
    const { keySize, valueSize } = this.codec;
    const packed = new Map<string, Buffer>();
    const { keys, values, count } = this.map.entries();
    for (let i = 0; i < count; i++) {
      packed.set(
        keys.toString('latin1', i * keySize, (i + 1) * keySize),
        Buffer.from(values.subarray(i * valueSize, (i + 1) * valueSize)),
      );
    }
    return packed;
  }

  /** Writes all puts in one batch. Throws MAP_FULL where they do not fit; what fitted stays. */
  put(changes: Changes): void {
    if (changes.puts.length === 0) return;
    const keys = Buffer.concat(changes.puts.map((change) => change.key));
    const values = Buffer.concat(changes.puts.map((change) => change.value));
    this.full(() => {
      const written = this.map.updateBatch(keys, values);
      if (written !== changes.puts.length) {
        throw new DatapathError(
          'MAP_FULL',
          `map ${this.map.name}: ${written} of ${changes.puts.length} entries written`,
        );
      }
    });
  }

  /** Deletes in one batch; keys that are not there do not matter. */
  remove(changes: Changes): void {
    for (const key of changes.deletes) this.map.delete(key);
  }

  /** Turns the kernel's content into `desired` with the least writes, in the given order. Returns what was written. */
  reconcile(desired: PackedEntries, order: 'put-first' | 'delete-first'): Changes {
    const changes = diffEntries(desired, this.packed());
    if (order === 'delete-first') this.remove(changes);
    this.put(changes);
    if (order === 'put-first') this.remove(changes);
    return changes;
  }

  private full(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!FULL.has(errnoOf(error) ?? '')) throw error;
      throw new DatapathError('MAP_FULL', `map ${this.map.name} is full (${this.map.maxEntries} entries)`, {
        cause: error,
        hint: 'raise its size in the settings of the data path and restart the agent',
      });
    }
  }
}
