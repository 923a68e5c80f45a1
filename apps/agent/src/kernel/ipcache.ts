import { type Datapath, type IpcacheEntry, unpackKey } from '@sluice/datapath';
import type { Claims } from '../world/claims.js';

/** Makes the kernel's ipcache hold what the claims come to, by what changed of them. */
export class IpcacheWriter {
  /** What the kernel has, as far as is known. */
  private actual: Map<string, Buffer>;
  /** True where the whole has to be compared: at the start, after a failure, and when others may have written. */
  private isUnsure = true;

  constructor(
    private readonly map: Datapath['ipcache'],
    private readonly claims: Claims,
  ) {
    this.actual = map.packed();
  }

  /** Puts, then deletes, so that no address is without an owner on the way. Throws where it could not be written whole. */
  write(): void {
    const { claims, map } = this;
    const wanted: [string, IpcacheEntry][] = [];
    const gone: string[] = [];
    for (const prefix of this.isUnsure ? claims.prefixes() : claims.touched) {
      const entry = claims.get(prefix);
      if (entry) wanted.push([prefix, entry]);
      else gone.push(map.packedKey(prefix));
    }
    const packed = map.pack(wanted);
    if (this.isUnsure) for (const key of this.actual.keys()) if (!packed.has(key)) gone.push(key);
    try {
      this.bring(packed, gone);
    } catch (error) {
      this.refresh();
      throw error;
    }
    this.isUnsure = false;
    claims.touched.clear();
  }

  /** How full the map is: 0 to 1. */
  get fill(): number {
    return this.actual.size / this.map.map.maxEntries;
  }

  /** Reads the kernel anew, so that the next `write` repairs what others have changed. */
  refresh(): void {
    this.actual = this.map.packed();
    this.isUnsure = true;
  }

  private bring(packed: ReadonlyMap<string, Buffer>, gone: readonly string[]): void {
    const { map, actual } = this;
    const puts = [...packed].filter(([key, value]) => actual.get(key)?.equals(value) !== true);
    const deletes = gone.filter((key) => actual.has(key));
    map.put({ puts: puts.map(([key, value]) => ({ key: unpackKey(key), value })), deletes: [] });
    for (const [key, value] of puts) actual.set(key, value);
    map.remove({ puts: [], deletes: deletes.map((key) => unpackKey(key)) });
    for (const key of deletes) actual.delete(key);
  }
}
