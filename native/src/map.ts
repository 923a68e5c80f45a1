import { addon } from './addon.js';
import { failed, guard, invalid } from './errors.js';
import { describe, fdOf, Handle, own } from './handle.js';
import { type Entries, iterate, NO_BATCH } from './map-iterate.js';
import { createFlags, TYPES, typeName } from './map-spec.js';
import type { BpfMap, MapSpec } from './types.js';

const UPDATE_FLAGS: ReadonlyMap<unknown, number> = new Map([
  ['any', 0],
  ['noexist', 1],
  ['exist', 2],
]);
const CHUNK = 4096;

/** Sizes as the kernel has them; not writable from outside, since memory depends on them. */
interface Shape {
  readonly name: string;
  readonly type: string;
  readonly id: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
  readonly cpus: number;
}

function shapeOf(fd: number, name: string | null): Shape {
  const info = guard(() => addon().mapInfo(fd));
  const type = typeName(info.type);
  const perCpu = type.includes('percpu');
  const cpus = perCpu ? guard(() => addon().possibleCpus()) : 1;
  const valueSize = perCpu ? Math.ceil(info.valueSize / 8) * 8 : info.valueSize;
  const { id, keySize, maxEntries } = info;
  return {
    name: name ?? info.name,
    type,
    id,
    keySize,
    valueSize,
    valueBytes: valueSize * cpus,
    maxEntries,
    cpus,
  };
}

/** A map by its descriptor. */
export class NativeMap extends Handle implements BpfMap {
  readonly #shape: Shape;

  constructor(fd: number, name: string | null) {
    const shape = shapeOf(fd, name);
    super(fd, `map ${shape.name}`);
    this.#shape = shape;
  }

  get name(): string {
    return this.#shape.name;
  }
  get type(): string {
    return this.#shape.type;
  }
  get id(): number {
    return this.#shape.id;
  }
  get keySize(): number {
    return this.#shape.keySize;
  }
  get valueSize(): number {
    return this.#shape.valueSize;
  }
  get maxEntries(): number {
    return this.#shape.maxEntries;
  }
  get cpus(): number {
    return this.#shape.cpus;
  }

  get(key: Buffer): Buffer | null {
    const { keySize, valueBytes } = this.#shape;
    const fd = this.fd;
    this.#check('get', 'key', key, keySize);
    return guard(() => addon().mapGet(fd, key, keySize, valueBytes));
  }

  update(key: Buffer, value: Buffer, flags: 'any' | 'noexist' | 'exist' = 'any'): void {
    this.#maps(false, 'update');
    this.#put(key, value, flags);
  }

  delete(key: Buffer): boolean {
    const { keySize } = this.#shape;
    const fd = this.fd;
    this.#check('delete', 'key', key, keySize);
    return guard(() => addon().mapDelete(fd, key, keySize));
  }

  updateMap(key: Buffer, inner: BpfMap): void {
    this.#maps(true, 'updateMap');
    this.#put(key, descriptor(inner), 'any');
  }

  updateBatch(keys: Buffer, values: Buffer): number {
    this.#maps(false, 'updateBatch');
    return this.#putBatch('updateBatch', keys, values);
  }

  updateMapBatch(keys: Buffer, inners: readonly BpfMap[]): number {
    this.#maps(true, 'updateMapBatch');
    if (!Array.isArray(inners))
      throw this.#invalid('updateMapBatch', `wants an array of maps, got ${describe(inners)}`);
    return this.#putBatch('updateMapBatch', keys, Buffer.concat(inners.map(descriptor)));
  }

  deleteBatch(keys: Buffer): number {
    const { keySize } = this.#shape;
    const fd = this.fd;
    const count = this.#countOf('deleteBatch', keys);
    if (count === 0) return 0;
    const [errno, deleted] = guard(() => addon().mapDeleteBatch(fd, keys, keySize, count));
    if (errno === 0) return deleted;
    if (!NO_BATCH.has(errno)) throw failed(errno, `batch delete of ${this.name}`);
    let more = deleted;
    for (let i = 0; i < count; i += 1) if (this.delete(at(keys, i, keySize))) more += 1;
    return more;
  }

  entries(): Entries {
    const chunks = [...this.iterate()];
    const [only] = chunks;
    if (chunks.length === 1 && only) return only;
    return {
      keys: Buffer.concat(chunks.map((chunk) => chunk.keys)),
      values: Buffer.concat(chunks.map((chunk) => chunk.values)),
      count: chunks.reduce((sum, chunk) => sum + chunk.count, 0),
    };
  }

  iterate(chunk: number = CHUNK): IterableIterator<Entries> {
    void this.fd;
    if (!Number.isSafeInteger(chunk) || chunk < 1)
      throw this.#invalid('iterate', `a chunk of ${String(chunk)} entries`);
    const { name, type, keySize, valueBytes, maxEntries } = this.#shape;
    if (keySize === 0) throw this.#invalid('iterate', `a ${type} has no entries`);
    const fd = () => this.fd;
    return iterate(
      {
        name,
        type,
        keySize,
        valueBytes,
        maxEntries,
        get fd() {
          return fd();
        },
      },
      chunk,
    );
  }

  #put(key: Buffer, value: Buffer, flags: unknown): void {
    const { keySize, valueBytes } = this.#shape;
    const fd = this.fd;
    this.#check('update', 'key', key, keySize);
    this.#check('update', 'value', value, valueBytes);
    const bits = UPDATE_FLAGS.get(flags);
    if (bits === undefined) throw this.#invalid('update', 'flags are any, noexist or exist');
    guard(() => addon().mapUpdate(fd, key, value, keySize, valueBytes, bits));
  }

  #putBatch(operation: string, keys: Buffer, values: Buffer): number {
    const { keySize, valueBytes } = this.#shape;
    const fd = this.fd;
    const count = this.#countOf(operation, keys);
    this.#check(operation, 'values', values, count * valueBytes);
    if (count === 0) return 0;
    const [errno, written] = guard(() =>
      addon().mapUpdateBatch(fd, keys, values, keySize, valueBytes, count),
    );
    if (errno === 0) return written;
    if (!NO_BATCH.has(errno)) throw failed(errno, `${operation} of ${this.name} with ${count} entries`);
    // No batch for this type, or one element that is not valid: writing one by one tells which.
    for (let i = 0; i < count; i += 1) this.#put(at(keys, i, keySize), at(values, i, valueBytes), 'any');
    return count;
  }

  /** A value of a map of maps is a descriptor: as plain bytes it would name any file of the process. */
  #maps(wanted: boolean, operation: string): void {
    const { type } = this.#shape;
    if (type.endsWith('_of_maps') === wanted) return;
    throw this.#invalid(
      operation,
      wanted ? `a ${type} holds no maps` : `a ${type} holds maps: use updateMap`,
    );
  }

  #countOf(operation: string, keys: Buffer): number {
    const { keySize } = this.#shape;
    if (Buffer.isBuffer(keys) && keys.length % keySize === 0) return keys.length / keySize;
    throw this.#invalid(
      operation,
      `the keys must have a multiple of ${keySize} bytes, got ${describe(keys)}`,
    );
  }

  #check(operation: string, what: string, buffer: Buffer, size: number): void {
    if (Buffer.isBuffer(buffer) && buffer.length === size) return;
    throw this.#invalid(operation, `the ${what} must have ${size} bytes, got ${describe(buffer)}`);
  }

  #invalid(operation: string, what: string): Error {
    return invalid(`${operation} of map ${this.#shape.name}`, what);
  }
}

function at(buffer: Buffer, index: number, size: number): Buffer {
  return buffer.subarray(index * size, (index + 1) * size);
}

/** What the kernel wants as the value of a map of maps. */
function descriptor(inner: BpfMap): Buffer {
  const value = Buffer.alloc(4);
  value.writeInt32LE(fdOf(inner, NativeMap, 'update a map of maps'));
  return value;
}

/** Makes a map that no object declares. */
export function createMap(spec: MapSpec): BpfMap {
  const { name, type, keySize, valueSize, maxEntries, flags = 0, inner = null } = spec;
  const number = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (number === undefined) throw invalid('create map', `type ${String(type)} is not known`);
  const prototype = inner === null ? null : fdOf(inner, NativeMap, 'create map');
  const fd = guard(() =>
    addon().mapCreate(number, name, keySize, valueSize, maxEntries, createFlags(type, flags), prototype),
  );
  return own(fd, () => new NativeMap(fd, null));
}
