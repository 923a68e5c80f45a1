import type { BpfMap, MapSpec, Native } from '@sluice/native';
import { u32Codec } from './codecs.js';
import { SlotPool } from './slot-pool.js';

const SLOTS = 4096;

/** An outer map with these slots filled, and how often it was looked at. */
function outerOf(filled: readonly number[]) {
  const ids = new Map(filled.map((slot) => [slot, 1000 + slot]));
  const seen = { looks: 0, opened: [] as number[], written: [] as number[] };
  const empty = { keys: Buffer.alloc(0), values: Buffer.alloc(0), count: 0 };
  const inner = (id: number) => ({ id, entries: () => empty }) as unknown as BpfMap;
  const outer = {
    maxEntries: SLOTS,
    get(key: Buffer) {
      seen.looks += 1;
      const id = ids.get(u32Codec.decode(key));
      return id === undefined ? null : u32Codec.encode(id);
    },
    updateMapBatch(keys: Buffer) {
      for (let at = 0; at < keys.length; at += 4)
        seen.written.push(u32Codec.decode(keys.subarray(at, at + 4)));
    },
  } as unknown as BpfMap;
  const native = {
    openMapById: (id: number) => (seen.opened.push(id - 1000), inner(id)),
    createMap: (_spec: MapSpec) => inner(1),
    monotonicNow: () => 1_000_000_000n,
  } as unknown as Native;
  return { pool: new SlotPool(native, outer, 16), seen };
}

describe('opening the slots of a predecessor', () => {
  it('looks no further than the first one without a map: a look may cost a grace period', () => {
    const { pool, seen } = outerOf([0, 1, 2, 3]);
    pool.open(new Set([0, 2]));
    expect(seen.looks).toBe(5);
    expect(seen.opened).toEqual([0, 1, 2, 3]);
    expect(pool.spare).toBeGreaterThanOrEqual(8);
    expect(Math.min(...seen.written)).toBe(4);
  });

  it('finds one in use also behind a hole, and takes none of its slots for another class', () => {
    const { pool, seen } = outerOf([0, 1, 7]);
    pool.open(new Set([0, 1, 7]));
    expect(seen.opened).toEqual([0, 1, 7]);
    expect(pool.inner(7).id).toBe(1007);
    expect(seen.written).not.toContain(7);
  });

  it('has maps made where nobody was before', () => {
    const { pool, seen } = outerOf([]);
    pool.open(new Set());
    expect(seen.looks).toBe(1);
    expect(seen.written).toContain(SlotPool.EMPTY);
    expect(pool.spare).toBeGreaterThanOrEqual(8);
  });
});
