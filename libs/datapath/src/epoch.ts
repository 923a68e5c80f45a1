import { existsSync } from 'node:fs';
import type { BpfMap, Native } from '@sluice/native';

const KEY = Buffer.alloc(4);

/**
 * The instance's one counter of policy epochs, pinned beside the maps: never reset, never shared by two maps, the same over
 * restarts. The number is in the kernel before anybody may use it, so a crash can skip numbers but not give one twice.
 */
export class EpochCounter {
  private constructor(private readonly map: BpfMap) {}

  /** Opens the pinned counter, or creates it at 0. */
  static open(native: Native, path: string): EpochCounter {
    if (existsSync(path)) return new EpochCounter(native.openPinnedMap(path));
    const counter = EpochCounter.unpinned(native);
    counter.map.pin(path);
    return counter;
  }

  /** A counter of this process alone, at 0. */
  static unpinned(native: Native): EpochCounter {
    const spec = { name: 'sluice_epoch', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 } as const;
    return new EpochCounter(native.createMap(spec));
  }

  /** The last number given out; 0: none yet. */
  get current(): bigint {
    return this.map.get(KEY)?.readBigUInt64LE() ?? 0n;
  }

  /** A number that was never given out before. */
  next(): bigint {
    const value = this.current + 1n;
    this.write(value);
    return value;
  }

  /** Has all numbers to come be greater than this one: another counter has given it out. */
  raise(least: bigint): void {
    if (least > this.current) this.write(least);
  }

  private write(value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    this.map.update(KEY, bytes);
  }

  close(): void {
    this.map[Symbol.dispose]();
  }
}
