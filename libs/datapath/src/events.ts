import type { BpfMap, Native, RingBuffer } from '@sluice/native';

/**
 * Records of a ring batch: each preceded by its u32 length and padded to 8 bytes. They are views of the batch; decodeFlowEvent
 * reads one.
 */
export function splitRecords(data: Buffer, count: number): Buffer[] {
  const records: Buffer[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const length = data.readUInt32LE(offset);
    records.push(data.subarray(offset + 4, offset + 4 + length));
    offset += (4 + length + 7) & ~7;
  }
  return records;
}

const BYTES_PER_DRAIN = 256 * 1024;

/**
 * How long the reader rests after it has read everything. The kernel wakes a reader that has caught up with each single
 * record, by an interrupt on the CPU that forwards the packet (9% of the time of a new connection, measured); one that rests
 * is woken once, however much comes.
 */
const REST_MS = 20;

/**
 * Reads the ring of events; batches come on the event loop, at most 256 KiB at a time so that other work gets its turn. The
 * first event after a rest comes at once, those after it within 20 ms.
 */
export class EventReader implements Disposable {
  private readonly ring: RingBuffer;
  private timer: NodeJS.Timeout | null = null;
  private turn: NodeJS.Immediate | null = null;

  constructor(
    native: Native,
    events: BpfMap,
    private readonly onRecords: (records: readonly Buffer[]) => void,
  ) {
    this.ring = native.openRingBuffer(events);
    this.listen();
  }

  private listen(): void {
    this.timer = null;
    this.ring.onReadable(() => {
      this.ring.onReadable(null);
      this.drain();
    });
  }

  private drain(): void {
    this.turn = null;
    const batch = this.ring.drain(BYTES_PER_DRAIN);
    if (batch.more) this.turn = setImmediate(() => this.drain());
    else this.timer = setTimeout(() => this.listen(), REST_MS);
    if (batch.count > 0) this.onRecords(splitRecords(batch.data, batch.count));
  }

  [Symbol.dispose](): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.turn) clearImmediate(this.turn);
    this.ring[Symbol.dispose]();
  }
}
