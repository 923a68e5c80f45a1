import { createMap, loadObject, openRingBuffer } from '../src/index.js';
import type { BpfObject, RingBuffer } from '../src/types.js';
import { compile, scratch } from './support/compile.js';
import { errorOf, u32, u64 } from './support/values.js';

const folder = scratch();
const object = compile('ring', folder.path);
afterAll(() => folder.remove());

const packet = Buffer.alloc(64);
const emit = (loaded: BpfObject, repeat: number) => loaded.program('emit').testRun({ data: packet, repeat });
const written = (loaded: BpfObject) => loaded.map('totals').get(u32(0))!.readBigUInt64LE(0);
const lost = (loaded: BpfObject) => loaded.map('totals').get(u32(1))!.readBigUInt64LE(0);

/** Numbers of a batch's records; checks that each is whole: its length and filling follow from its number. */
function numbers(batch: { readonly data: Buffer; readonly count: number }): bigint[] {
  const found: bigint[] = [];
  const broken: bigint[] = [];
  let offset = 0;
  for (let i = 0; i < batch.count; i += 1) {
    const length = batch.data.readUInt32LE(offset);
    const number = batch.data.readBigUInt64LE(offset + 4);
    const filling = batch.data.subarray(offset + 12, offset + 4 + length);
    const whole =
      length === 8 + Number(number & 15n) && filling.every((byte) => byte === Number(number & 0xffn));
    if (!whole) broken.push(number);
    found.push(number);
    offset += Math.ceil((4 + length) / 8) * 8;
  }
  expect(broken).toEqual([]);
  expect(offset).toBe(batch.data.length);
  return found;
}

const upTo = (count: bigint, from = 0n) =>
  Array.from({ length: Number(count - from) }, (_, i) => from + BigInt(i));

/** Drains until nothing is left; says how many calls that took. */
function drainAll(ring: RingBuffer, maxBytes: number): { readonly found: bigint[]; readonly calls: number } {
  const found: bigint[] = [];
  for (let calls = 1; ; calls += 1) {
    const batch = ring.drain(maxBytes);
    expect(batch.data.length).toBeLessThanOrEqual(maxBytes);
    found.push(...numbers(batch));
    if (!batch.more) return { found, calls };
  }
}

describe('a ring buffer', () => {
  it('gives 10,000 records in order, none twice, none lost, in batches of the wanted size', () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 10_000);
    expect(lost(loaded)).toBe(0n);
    const { found, calls } = drainAll(ring, 4096);
    expect(found).toEqual(upTo(10_000n));
    expect(calls).toBeGreaterThan(50);
    expect(ring.drain()).toMatchObject({ count: 0, more: false });
  });

  it('goes on after its end: what is read makes room', () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    let next = 0n;
    for (let round = 0; round < 12; round += 1) {
      emit(loaded, 9_000);
      const { found } = drainAll(ring, 1 << 20);
      expect(found).toEqual(upTo(next + 9_000n, next));
      next += 9_000n;
    }
    expect(lost(loaded)).toBe(0n);
  });

  it('keeps what it has when it is full, and gives all of it', () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 60_000);
    expect(lost(loaded)).toBeGreaterThan(0n);
    const all = written(loaded);
    expect(drainAll(ring, 64 * 1024).found).toEqual(upTo(all));
    emit(loaded, 1);
    expect(drainAll(ring, 64 * 1024).found).toEqual([all]);
  });

  it('goes on where the reader before it ended', () => {
    using loaded = loadObject(object, {});
    emit(loaded, 10);
    {
      using first = openRingBuffer(loaded.map('events'));
      expect(numbers(first.drain(64)).length).toBeGreaterThan(0);
    }
    using second = openRingBuffer(loaded.map('events'));
    const rest = drainAll(second, 4096).found;
    expect(rest.at(-1)).toBe(9n);
    expect(rest[0]).toBeGreaterThan(0n);
  });

  it('says where a record does not fit into the wanted size, and keeps it', () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 2);
    expect(errorOf(() => ring.drain(8)).message).toMatch(/wants 16 bytes, got room for 8/);
    expect(errorOf(() => ring.drain(-1))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => ring.drain(NaN))).toMatchObject({ code: 'EINVAL' });
    expect(numbers(ring.drain(16))).toEqual([0n]);
    expect(numbers(ring.drain())).toEqual([1n]);
  });

  it('calls back when there is something, and again for what comes later', async () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    const found: bigint[] = [];
    const read = (count: number) =>
      new Promise<void>((resolve) => {
        ring.onReadable(() => {
          found.push(...numbers(ring.drain()));
          if (found.length >= count) resolve();
        });
      });
    const first = read(3);
    emit(loaded, 3);
    await first;
    const second = read(8);
    emit(loaded, 5);
    await second;
    ring.onReadable(null);
    expect(found).toEqual(upTo(8n));
  });

  it('calls back for what was there before, and no more after null', async () => {
    using loaded = loadObject(object, {});
    using ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 1);
    let calls = 0;
    await new Promise<void>((resolve) => {
      ring.onReadable(() => {
        calls += 1;
        // Nothing is drained: it stays readable.
        ring.onReadable(null);
        resolve();
      });
    });
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(1);
  });

  it('may be disposed in its own callback', async () => {
    using loaded = loadObject(object, {});
    const ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 1);
    await new Promise<void>((resolve) => {
      ring.onReadable(() => {
        ring[Symbol.dispose]();
        resolve();
      });
    });
    expect(errorOf(() => ring.drain())).toMatchObject({ code: 'ECLOSED' });
  });

  it('does not need the handle of the map, and is closed by dispose', () => {
    const loaded = loadObject(object, {});
    const ring = openRingBuffer(loaded.map('events'));
    emit(loaded, 4);
    loaded[Symbol.dispose]();
    expect(numbers(ring.drain())).toEqual(upTo(4n));
    ring[Symbol.dispose]();
    ring[Symbol.dispose]();
    expect(errorOf(() => ring.drain())).toMatchObject({ code: 'ECLOSED' });
    expect(errorOf(() => ring.onReadable(null))).toMatchObject({ code: 'ECLOSED' });
  });

  it('is made of ring buffers only', () => {
    using map = createMap({ name: 'hash', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4 });
    map.update(u32(0), u64(0n));
    expect(errorOf(() => openRingBuffer(map)).message).toContain('hash');
    expect(errorOf(() => openRingBuffer({ type: 'ringbuf', fd: 1 } as never))).toMatchObject({
      code: 'EINVAL',
    });
    using ring = createMap({ name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 });
    using reader = openRingBuffer(ring);
    expect(errorOf(() => reader.onReadable('x' as never))).toMatchObject({ code: 'EINVAL' });
  });
});
