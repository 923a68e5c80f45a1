import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { type Addon, addon } from './addon.js';
import { failed, guard, invalid } from './errors.js';
import { fdOf, Handle } from './handle.js';
import type { BpfMap, MapSpec } from './types.js';

/** enum bpf_map_type (include/uapi/linux/bpf.h). */
const TYPES: Readonly<Record<string, number>> = {
  hash: 1,
  array: 2,
  prog_array: 3,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  sockmap: 15,
  sockhash: 18,
  ringbuf: 27,
};
const NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));
const UPDATE_FLAGS = { any: 0, noexist: 1, exist: 2 } as const;
const ENOENT = 2;
const ENOSPC = 28;
/** What a kernel answers that has no batch call for a map's type. */
const NO_BATCH = new Set([22, 95, 524]);
const CHUNK = 4096;

/** CPUs that a per-CPU map has a value for: the possible ones, not those online. */
function possibleCpus(): number {
  try {
    const last = /(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'));
    return Number(last?.[1] ?? 0) + 1;
  } catch {
    return availableParallelism();
  }
}
let cpuCount: number | null = null;

type Entries = { readonly keys: Buffer; readonly values: Buffer; readonly count: number };

/** A map by its descriptor. */
export class NativeMap extends Handle implements BpfMap {
  readonly name: string;
  readonly type: string;
  readonly id: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly cpus: number;
  private readonly valueBytes: number;

  constructor(fd: number, name: string | null) {
    super(fd, `map ${name ?? ''}`);
    const info = guard(() => addon().mapInfo(fd));
    this.name = name ?? info.name;
    this.type = NAMES.get(info.type) ?? `type-${info.type}`;
    this.id = info.id;
    this.keySize = info.keySize;
    this.maxEntries = info.maxEntries;
    const perCpu = this.type.includes('percpu');
    this.cpus = perCpu ? (cpuCount ??= possibleCpus()) : 1;
    this.valueSize = perCpu ? (info.valueSize + 7) & ~7 : info.valueSize;
    this.valueBytes = this.valueSize * this.cpus;
  }

  get(key: Buffer): Buffer | null {
    this.check('get', 'key', key, this.keySize);
    const fd = this.fd;
    return guard(() => addon().mapGet(fd, key, this.valueBytes));
  }

  update(key: Buffer, value: Buffer, flags: keyof typeof UPDATE_FLAGS = 'any'): void {
    this.check('update', 'key', key, this.keySize);
    this.check('update', 'value', value, this.valueBytes);
    const number = UPDATE_FLAGS[flags];
    if (number === undefined)
      throw invalid(`update of ${this.name}`, `flags ${String(flags)} are not any, noexist or exist`);
    const fd = this.fd;
    guard(() => addon().mapUpdate(fd, key, value, number));
  }

  delete(key: Buffer): boolean {
    this.check('delete', 'key', key, this.keySize);
    const fd = this.fd;
    return guard(() => addon().mapDelete(fd, key));
  }

  updateMap(key: Buffer, inner: BpfMap): void {
    this.update(key, descriptor(inner));
  }

  updateBatch(keys: Buffer, values: Buffer): number {
    const count = this.countOf('updateBatch', keys);
    this.check('updateBatch', 'values', values, count * this.valueBytes);
    const fd = this.fd;
    if (count === 0) return 0;
    const [errno, written] = guard(() => addon().mapUpdateBatch(fd, keys, values, count));
    if (errno === 0) return written;
    if (!NO_BATCH.has(errno))
      throw failed(errno, `batch update of ${this.name}, ${written} of ${count} written`);
    for (let i = 0; i < count; i += 1) this.update(at(keys, i, this.keySize), at(values, i, this.valueBytes));
    return count;
  }

  updateMapBatch(keys: Buffer, inners: readonly BpfMap[]): number {
    return this.updateBatch(keys, Buffer.concat(inners.map(descriptor)));
  }

  deleteBatch(keys: Buffer): number {
    const count = this.countOf('deleteBatch', keys);
    let deleted = 0;
    for (let i = 0; i < count; i += 1) if (this.delete(at(keys, i, this.keySize))) deleted += 1;
    return deleted;
  }

  entries(): Entries {
    const chunks = [...this.iterate()];
    return {
      keys: Buffer.concat(chunks.map((chunk) => chunk.keys)),
      values: Buffer.concat(chunks.map((chunk) => chunk.values)),
      count: chunks.reduce((sum, chunk) => sum + chunk.count, 0),
    };
  }

  *iterate(chunk: number = CHUNK): IterableIterator<Entries> {
    if (!Number.isInteger(chunk) || chunk < 1)
      throw invalid(`iterate over ${this.name}`, `chunk ${chunk} is below 1`);
    // Only these have a look-up batch whose end is certain on every kernel that is supported.
    if (this.type !== 'hash' && this.type !== 'lru_hash') {
      yield* this.walk(chunk);
      return;
    }
    let token: Buffer | null = null;
    let size = Math.min(chunk, this.maxEntries);
    for (;;) {
      const fd = this.fd;
      const from: Buffer | null = token;
      const batch: ReturnType<Addon['mapLookupBatch']> = guard(() =>
        addon().mapLookupBatch(fd, from, size, this.keySize, this.valueBytes),
      );
      if (batch.errno === ENOSPC) {
        // One bucket holds more than was asked for (kernel/bpf/hashtab.c).
        size *= 2;
        continue;
      }
      if (batch.errno !== 0 && batch.errno !== ENOENT)
        throw failed(batch.errno, `batch look-up in ${this.name}`);
      if (batch.count > 0) {
        yield {
          keys: batch.keys.subarray(0, batch.count * this.keySize),
          values: batch.values.subarray(0, batch.count * this.valueBytes),
          count: batch.count,
        };
      }
      if (batch.errno === ENOENT) return;
      token = batch.token;
    }
  }

  /** Key after key. A key that goes while it is the present one would start the walk anew, so all keys are read first. */
  private *walk(chunk: number): IterableIterator<Entries> {
    const keys = this.keys();
    for (let start = 0; start < keys.length; start += chunk) {
      const found: Buffer[] = [];
      const values: Buffer[] = [];
      for (const key of keys.slice(start, start + chunk)) {
        const value = this.get(key);
        if (value === null) continue;
        found.push(key);
        values.push(value);
      }
      if (found.length > 0)
        yield { keys: Buffer.concat(found), values: Buffer.concat(values), count: found.length };
    }
  }

  private keys(): Buffer[] {
    const seen = new Map<string, Buffer>();
    const fd = this.fd;
    let key: Buffer | null = null;
    // A restart after a concurrent delete gives keys again: they are taken once. The bound ends a walk that never would.
    for (let steps = 0; steps <= 4 * this.maxEntries + 16; steps += 1) {
      const from: Buffer | null = key;
      key = guard(() => addon().mapNextKey(fd, from, this.keySize));
      if (key === null) break;
      seen.set(key.toString('latin1'), key);
    }
    return [...seen.values()];
  }

  private countOf(operation: string, keys: Buffer): number {
    if (!Buffer.isBuffer(keys) || keys.length % this.keySize !== 0) {
      throw invalid(
        `${operation} of ${this.name}`,
        `keys must be a Buffer of a multiple of ${this.keySize} bytes`,
      );
    }
    return keys.length / this.keySize;
  }

  private check(operation: string, what: string, buffer: Buffer, size: number): void {
    if (Buffer.isBuffer(buffer) && buffer.length === size) return;
    const got = Buffer.isBuffer(buffer) ? `${buffer.length} bytes` : typeof buffer;
    throw invalid(`${operation} of ${this.name}`, `the ${what} has ${size} bytes, got ${got}`);
  }
}

function at(buffer: Buffer, index: number, size: number): Buffer {
  return buffer.subarray(index * size, (index + 1) * size);
}

/** What the kernel wants as the value of a map of maps. */
function descriptor(inner: BpfMap): Buffer {
  const value = Buffer.alloc(4);
  value.writeInt32LE(fdOf(inner));
  return value;
}

/** Makes a map that no object declares. */
export function createMap(spec: MapSpec): BpfMap {
  const type = TYPES[spec.type];
  if (type === undefined) throw invalid('create map', `type ${String(spec.type)} is not known`);
  const inner = spec.inner ? fdOf(spec.inner) : -1;
  const fd = guard(() =>
    addon().mapCreate(type, spec.name, spec.keySize, spec.valueSize, spec.maxEntries, spec.flags ?? 0, inner),
  );
  return new NativeMap(fd, null);
}
