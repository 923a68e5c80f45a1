import { addon, type AddonRing } from './addon.js';
import { closed, guard, invalid } from './errors.js';
import { fdOf } from './handle.js';
import { NativeMap } from './map.js';
import type { BpfMap, RingBatch, RingBuffer } from './types.js';

const MAX_BYTES = 1 << 20;

class NativeRing implements RingBuffer {
  #ring: AddonRing | null;

  constructor(ring: AddonRing) {
    this.#ring = ring;
  }

  drain(maxBytes: number = MAX_BYTES): RingBatch {
    const ring = this.#open('drain');
    return guard(() => ring.drain(maxBytes));
  }

  onReadable(callback: (() => void) | null): void {
    const ring = this.#open('onReadable');
    guard(() => ring.onReadable(callback));
  }

  [Symbol.dispose](): void {
    const ring = this.#ring;
    this.#ring = null;
    ring?.close();
  }

  #open(operation: string): AddonRing {
    if (this.#ring === null) throw closed(`${operation} of a ring buffer`);
    return this.#ring;
  }
}

/**
 * Opens a ring buffer for reading. It has one reader: a second one would take records from the first. It does not need the
 * map's handle any more. The process lives on while there is a callback for what is readable.
 */
export function openRingBuffer(map: BpfMap): RingBuffer {
  const fd = fdOf(map, NativeMap, 'open ring buffer');
  if (map.type !== 'ringbuf') throw invalid('open ring buffer', `${map.name} is a ${map.type}`);
  return new NativeRing(guard(() => new (addon().Ring)(fd)));
}
