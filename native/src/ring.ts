import { addon, type AddonRing } from './addon.js';
import { closed, guard, invalid } from './errors.js';
import { fdOf } from './handle.js';
import type { BpfMap, RingBatch, RingBuffer } from './types.js';

const MAX_BYTES = 1 << 20;

class NativeRing implements RingBuffer {
  private ring: AddonRing | null;

  constructor(map: BpfMap) {
    const fd = guard(() => addon().dupFd(fdOf(map)));
    this.ring = guard(() => new (addon().Ring)(fd, map.maxEntries));
  }

  drain(maxBytes: number = MAX_BYTES): RingBatch {
    const ring = this.open('drain');
    return guard(() => ring.drain(maxBytes));
  }

  onReadable(callback: (() => void) | null): void {
    const ring = this.open('onReadable');
    guard(() => ring.onReadable(callback));
  }

  [Symbol.dispose](): void {
    this.ring?.close();
    this.ring = null;
  }

  private open(operation: string): AddonRing {
    if (this.ring === null) throw closed(`${operation} of a ring buffer`);
    return this.ring;
  }
}

/** Opens a ring buffer for reading. It has one reader: a second one would take records from the first. */
export function openRingBuffer(map: BpfMap): RingBuffer {
  if (map.type !== 'ringbuf') throw invalid('open ring buffer', `${map.name} is a ${map.type}`);
  return new NativeRing(map);
}
