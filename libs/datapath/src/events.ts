import type { BpfMap, Native, RingBuffer } from '@sluice/native';
import { decodeFlowEvent } from './codecs.js';
import type { FlowEvent } from './model.js';

/** Records of a ring batch: each preceded by its u32 length and padded to 8 bytes. */
export function decodeRecords(data: Buffer, count: number): FlowEvent[] {
  const events: FlowEvent[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const length = data.readUInt32LE(offset);
    events.push(decodeFlowEvent(data.subarray(offset + 4, offset + 4 + length)));
    offset += (4 + length + 7) & ~7;
  }
  return events;
}

const BYTES_PER_DRAIN = 256 * 1024;

/** Reads the ring of events; batches come on the event loop, at most 256 KiB at a time so that other work gets its turn. */
export class EventReader implements Disposable {
  private readonly ring: RingBuffer;
  private scheduled = false;
  private closed = false;

  constructor(
    native: Native,
    events: BpfMap,
    private readonly onEvents: (events: readonly FlowEvent[]) => void,
  ) {
    this.ring = native.openRingBuffer(events);
    this.ring.onReadable(() => this.drain());
    this.drain();
  }

  private drain(): void {
    if (this.closed) return;
    const batch = this.ring.drain(BYTES_PER_DRAIN);
    if (batch.count > 0) this.onEvents(decodeRecords(batch.data, batch.count));
    if (batch.more && !this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.drain();
      });
    }
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.ring.onReadable(null);
    this.ring[Symbol.dispose]();
  }
}
