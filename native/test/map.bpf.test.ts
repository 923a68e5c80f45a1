import { join } from 'node:path';
import { createMap, openMapById, openPinnedMap } from '../src/index.js';
import type { BpfMap, MapSpec } from '../src/types.js';
import { bpffs } from './support/bpffs.js';
import { scratch } from './support/compile.js';
import { errorOf, u32, u32s, u64 } from './support/values.js';

const folder = scratch();
const fs = bpffs(folder.path);
afterAll(() => {
  fs.unmount();
  folder.remove();
});

const make = (type: MapSpec['type'], maxEntries: number, more: Partial<MapSpec> = {}): BpfMap =>
  createMap({ name: 'test', type, keySize: 4, valueSize: 8, maxEntries, ...more });

/** Key and value of an LPM trie by 32 bits. */
const prefix = (length: number, bits: number): Buffer => {
  const key = Buffer.alloc(8);
  key.writeUInt32LE(length, 0);
  key.writeUInt32BE(bits >>> 0, 4);
  return key;
};

const packed = (count: number, value: (i: number) => bigint): Buffer =>
  Buffer.from(BigUint64Array.from({ length: count }, (_, i) => value(i)).buffer);

/** What a map has, in no order. */
function content(map: BpfMap, chunk?: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const { keys, values, count } of map.iterate(chunk)) {
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(chunk ?? 4096);
    expect(keys.length).toBe(count * map.keySize);
    for (let i = 0; i < count; i += 1) {
      const value = values.subarray((i * values.length) / count, ((i + 1) * values.length) / count);
      found.set(keys.toString('hex', i * map.keySize, (i + 1) * map.keySize), value.toString('hex'));
    }
  }
  return found;
}

describe('one element', () => {
  it('is written, read and deleted', () => {
    using map = make('hash', 4);
    expect(map).toMatchObject({
      type: 'hash',
      keySize: 4,
      valueSize: 8,
      maxEntries: 4,
      cpus: 1,
      name: 'test',
    });
    expect(map.get(u32(1))).toBeNull();
    map.update(u32(1), u64(10n));
    expect(map.get(u32(1))).toEqual(u64(10n));
    expect(map.delete(u32(1))).toBe(true);
    expect(map.delete(u32(1))).toBe(false);
    expect(map.get(u32(1))).toBeNull();
  });

  it('is written only where it is absent, or only where it is there', () => {
    using map = make('hash', 4);
    expect(errorOf(() => map.update(u32(1), u64(1n), 'exist'))).toMatchObject({ code: 'ENOENT' });
    map.update(u32(1), u64(1n), 'noexist');
    expect(errorOf(() => map.update(u32(1), u64(2n), 'noexist'))).toMatchObject({ code: 'EEXIST' });
    map.update(u32(1), u64(3n), 'exist');
    expect(map.get(u32(1))).toEqual(u64(3n));
    expect(errorOf(() => map.update(u32(1), u64(3n), 'sometimes' as never))).toMatchObject({
      code: 'EINVAL',
    });
  });

  it('is refused where the map is full', () => {
    using map = make('hash', 1);
    map.update(u32(1), u64(1n));
    expect(errorOf(() => map.update(u32(2), u64(1n)))).toMatchObject({ code: 'E2BIG', errno: 7 });
    expect(errorOf(() => map.updateBatch(u32s(2, 5), packed(2, BigInt)))).toMatchObject({ code: 'E2BIG' });
  });

  it('has sizes: both are named where they are wrong', () => {
    using map = make('hash', 1);
    expect(errorOf(() => map.get(Buffer.alloc(3))).message).toMatch(/the key must have 4 bytes, got 3 bytes/);
    expect(errorOf(() => map.update(u32(1), u32(1))).message).toMatch(
      /the value must have 8 bytes, got 4 bytes/,
    );
    expect(errorOf(() => map.updateBatch(u32s(2), u64(1n))).message).toMatch(
      /the values must have 16 bytes, got 8 bytes/,
    );
    expect(errorOf(() => map.deleteBatch(Buffer.alloc(6)))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => map.get('key!' as never))).toMatchObject({ code: 'EINVAL' });
  });

  it('has one value for each CPU in per-CPU maps', () => {
    for (const type of ['percpu_array', 'percpu_hash'] as const) {
      using map = make(type, 2, { valueSize: 5 });
      expect(map.valueSize).toBe(8);
      expect(map.cpus).toBeGreaterThan(0);
      const values = Buffer.concat(Array.from({ length: map.cpus }, (_, cpu) => u64(BigInt(cpu + 1))));
      map.update(u32(1), values);
      const back = map.get(u32(1));
      expect(back?.length).toBe(values.length);
      for (let cpu = 0; cpu < map.cpus; cpu += 1) expect(back?.[cpu * 8]).toBe(cpu + 1);
      expect(errorOf(() => map.update(u32(1), u64(1n).subarray(0, 5)))).toMatchObject({ code: 'EINVAL' });
      expect(content(map).get('01000000')).toBe(back?.toString('hex'));
    }
  });

  it('of an LPM trie is found by its longest prefix', () => {
    using map = make('lpm_trie', 8, { keySize: 8 });
    map.update(prefix(8, 0x0a000000), u64(8n));
    map.update(prefix(24, 0x0a010200), u64(24n));
    expect(map.get(prefix(32, 0x0a010203))).toEqual(u64(24n));
    expect(map.get(prefix(32, 0x0a020203))).toEqual(u64(8n));
    expect(map.get(prefix(32, 0x0b000000))).toBeNull();
    expect(errorOf(() => map.update(prefix(33, 0), u64(1n)))).toMatchObject({ code: 'EINVAL' });
    expect(map.delete(prefix(24, 0x0a010200))).toBe(true);
    expect(map.get(prefix(32, 0x0a010203))).toEqual(u64(8n));
  });
});

describe('batches', () => {
  const COUNT = 10_000;

  it.each(['hash', 'lru_hash', 'array'] as const)('write and read all of a %s', (type) => {
    using map = make(type, type === 'lru_hash' ? 4 * COUNT : COUNT);
    expect(
      map.updateBatch(
        u32s(COUNT),
        packed(COUNT, (i) => BigInt(i) * 3n),
      ),
    ).toBe(COUNT);
    const { keys, values, count } = map.entries();
    if (type !== 'array') expect(count).toBe(COUNT);
    const seen = new Map<number, bigint>();
    for (let i = 0; i < count; i += 1) seen.set(keys.readUInt32LE(4 * i), values.readBigUInt64LE(8 * i));
    expect(seen.size).toBe(COUNT);
    for (let i = 0; i < COUNT; i += 1) expect(seen.get(i)).toBe(BigInt(i) * 3n);
    expect(content(map, 7)).toEqual(content(map));
  });

  it('write and read all of an LPM trie', () => {
    using map = make('lpm_trie', COUNT, { keySize: 8 });
    const keys = Buffer.concat(Array.from({ length: COUNT }, (_, i) => prefix(8 + (i % 25), i * 429_497)));
    map.updateBatch(keys, packed(COUNT, BigInt));
    const all = content(map);
    const single = new Map<string, string>();
    for (let i = 0; i < COUNT; i += 1) {
      const key = keys.subarray(8 * i, 8 * i + 8);
      const masked = Buffer.from(key);
      const bits = masked.readUInt32LE(0);
      masked.writeUInt32BE((masked.readUInt32BE(4) & (-1 << (32 - bits))) >>> 0, 4);
      single.set(masked.toString('hex'), u64(BigInt(i)).toString('hex'));
    }
    const normal = new Map(
      [...all].map(([hex, value]) => {
        const key = Buffer.from(hex, 'hex');
        key.writeUInt32BE((key.readUInt32BE(4) & (-1 << (32 - key.readUInt32LE(0)))) >>> 0, 4);
        return [key.toString('hex'), value];
      }),
    );
    expect(normal).toEqual(single);
    expect(content(map, 100)).toEqual(all);
  });

  it('delete what is there and count it', () => {
    for (const [type, keySize] of [
      ['hash', 4],
      ['lpm_trie', 8],
    ] as const) {
      using map = make(type, 64, { keySize });
      const key = (i: number) => (type === 'hash' ? u32(i) : prefix(32, i));
      for (let i = 0; i < 64; i += 2) map.update(key(i), u64(1n));
      expect(map.deleteBatch(Buffer.concat(Array.from({ length: 32 }, (_, i) => key(i))))).toBe(16);
      expect(map.entries().count).toBe(16);
      expect(map.get(key(30))).toBeNull();
      expect(map.get(key(32))).not.toBeNull();
      expect(map.deleteBatch(Buffer.alloc(0))).toBe(0);
    }
  });

  it('go element by element where the kernel has none for the type', () => {
    using prototype = make('hash', 4);
    using outer = make('array_of_maps', 4, { valueSize: 4, inner: prototype });
    outer.updateMapBatch(u32s(3), [prototype, prototype, prototype]);
    expect(outer.deleteBatch(u32s(4))).toBe(3);
    expect(outer.entries().count).toBe(0);
    using array = make('array', 4);
    expect(errorOf(() => array.deleteBatch(u32s(2)))).toMatchObject({ code: 'EINVAL' });
  });

  it('with one element that is not valid throw', () => {
    using map = make('lpm_trie', 64, { keySize: 8 });
    const keys = Buffer.concat([prefix(8, 0), prefix(99, 0), prefix(9, 0)]);
    expect(errorOf(() => map.updateBatch(keys, packed(3, BigInt)))).toMatchObject({ code: 'EINVAL' });
  });

  it('of nothing do nothing; an empty map has no entries', () => {
    using map = make('hash', 64);
    expect(map.updateBatch(Buffer.alloc(0), Buffer.alloc(0))).toBe(0);
    expect(map.entries()).toMatchObject({ count: 0 });
    expect([...map.iterate()]).toEqual([]);
  });
});

describe('iteration', () => {
  it('gets through buckets that hold more than a chunk', () => {
    // A few entries more than buckets: with chunks of one the kernel says ENOSPC where two share a bucket.
    using map = make('hash', 4000);
    map.updateBatch(u32s(4000), packed(4000, BigInt));
    expect(content(map, 1).size).toBe(4000);
  });

  it.each([
    ['hash', 4],
    ['lpm_trie', 8],
  ] as const)('of a %s gives all that stays while others come and go', (type, keySize) => {
    using map = make(type, 4000, { keySize });
    const key = (i: number) => (type === 'hash' ? u32(i) : prefix(32, i * 65_537));
    for (let i = 0; i < 1000; i += 1) map.update(key(i), u64(1n));
    const seen = new Set<string>();
    let round = 0;
    for (const { keys, count } of map.iterate(50)) {
      for (let i = 0; i < count; i += 1) seen.add(keys.toString('hex', i * keySize, (i + 1) * keySize));
      // Odd ones go and come, among them keys that this very chunk gave.
      for (let i = 1; i < 1000; i += 2) {
        if (round % 2 === 0) map.delete(key(i));
        else map.update(key(i), u64(2n));
      }
      round += 1;
    }
    for (let i = 0; i < 1000; i += 2) expect(seen).toContain(key(i).toString('hex'));
  });

  it('refuses chunks that are none, and maps without entries', () => {
    using map = make('hash', 4);
    for (const chunk of [0, -1, 1.5, NaN, '3' as never]) {
      expect(errorOf(() => map.iterate(chunk))).toMatchObject({ code: 'EINVAL' });
    }
    using ring = createMap({ name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 });
    expect(errorOf(() => ring.entries())).toMatchObject({ code: 'EINVAL' });
  });
});

describe('maps of maps', () => {
  const inner = () => make('lpm_trie', 16, { keySize: 8 });

  it('hold maps, which are opened by their number', () => {
    using prototype = inner();
    using outer = make('array_of_maps', 8, { valueSize: 4, inner: prototype });
    using one = inner();
    one.update(prefix(8, 0), u64(1n));
    outer.updateMap(u32(3), one);
    const id = outer.get(u32(3));
    using again = openMapById(id!.readUInt32LE(0));
    expect(again.id).toBe(one.id);
    expect(again.get(prefix(32, 5))).toEqual(u64(1n));
    expect(outer.get(u32(0))).toBeNull();
    expect(content(outer)).toEqual(new Map([['03000000', u32(one.id).toString('hex')]]));
  });

  it('are filled in one batch', () => {
    using prototype = inner();
    using outer = make('array_of_maps', 8, { valueSize: 4, inner: prototype });
    const inners = Array.from({ length: 8 }, inner);
    expect(outer.updateMapBatch(u32s(8), inners)).toBe(8);
    inners.forEach((map, i) => expect(outer.get(u32(i))).toEqual(u32(map.id)));
    for (const map of inners) map[Symbol.dispose]();
    // The outer map keeps them.
    using kept = openMapById(outer.get(u32(5))!.readUInt32LE(0));
    expect(kept.type).toBe('lpm_trie');
    expect(outer.delete(u32(5))).toBe(true);
    expect(outer.get(u32(5))).toBeNull();
  });

  it('take maps of the shape of the prototype only, and no numbers', () => {
    using prototype = inner();
    using outer = make('array_of_maps', 8, { valueSize: 4, inner: prototype });
    using other = make('hash', 4);
    expect(errorOf(() => outer.updateMap(u32(0), other))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => outer.update(u32(0), u32(prototype.fd)))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => outer.updateBatch(u32(0), u32(prototype.fd)))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => outer.updateMap(u32(0), { fd: prototype.fd } as never))).toMatchObject({
      code: 'EINVAL',
    });
    expect(errorOf(() => other.updateMap(u32(0), prototype))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => outer.updateMapBatch(u32s(2), [prototype]))).toMatchObject({ code: 'EINVAL' });
  });
});

describe('handles', () => {
  it('are opened by pin and by number', () => {
    using map = make('hash', 4);
    map.update(u32(1), u64(5n));
    map.pin(join(fs.path, 'map'));
    using pinned = openPinnedMap(join(fs.path, 'map'));
    using numbered = openMapById(map.id);
    for (const other of [pinned, numbered]) {
      expect(other.id).toBe(map.id);
      expect(other.get(u32(1))).toEqual(u64(5n));
    }
    expect(errorOf(() => openPinnedMap(join(fs.path, 'absent')))).toMatchObject({ code: 'ENOENT' });
    expect(errorOf(() => openMapById(0xfffffff0))).toMatchObject({ code: 'ENOENT' });
  });

  it('throw ECLOSED after dispose; a second dispose does nothing', () => {
    const map = make('hash', 4);
    const iterating = map.iterate();
    map[Symbol.dispose]();
    map[Symbol.dispose]();
    const uses: (() => unknown)[] = [
      () => map.fd,
      () => map.get(u32(1)),
      () => map.update(u32(1), u64(1n)),
      () => map.delete(u32(1)),
      () => map.updateBatch(u32(1), u64(1n)),
      () => map.deleteBatch(u32(1)),
      () => map.entries(),
      () => map.iterate(),
      () => iterating.next(),
      () => map.pin(join(fs.path, 'closed')),
    ];
    for (const use of uses) expect(errorOf(use)).toMatchObject({ code: 'ECLOSED' });
    // The kernel gives the number to the next one: what was disposed must not reach it.
    using next = make('hash', 4);
    next.update(u32(1), u64(1n));
    expect(errorOf(() => map.get(u32(1)))).toMatchObject({ code: 'ECLOSED' });
  });

  it('are refused where the kernel refuses the map', () => {
    expect(errorOf(() => make('hash', 0))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => make('nothing' as never, 1))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => make('toString' as never, 1))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => make('array_of_maps', 8, { valueSize: 4 })).errno).toBeGreaterThan(0);
  });
});
