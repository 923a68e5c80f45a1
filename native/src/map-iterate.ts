import { type Addon, addon } from './addon.js';
import { EINTR, EINVAL, ENOENT, ENOSPC, ENOTSUPP, EOPNOTSUPP, failed, guard } from './errors.js';
import { batchKind } from './map-spec.js';

/** What a kernel answers that has no batch call for a map's type. */
export const NO_BATCH: ReadonlySet<number> = new Set([EINVAL, EOPNOTSUPP, ENOTSUPP]);

export interface Entries {
  readonly keys: Buffer;
  readonly values: Buffer;
  readonly count: number;
}

/** What iteration needs to know of a map; `fd` throws after dispose. */
export interface Iterated {
  readonly fd: number;
  readonly name: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
}

type Batch = ReturnType<Addon['mapLookupBatch']>;

/** Entries asked for in one system call, and the bytes they may have. */
const CHUNK = 4096;
const CHUNK_BYTES = 16 << 20;

/**
 * All entries in chunks of at most `chunk`. An entry that is there throughout is given once at least; one that changes
 * meanwhile may be given more than once.
 */
export function* iterate(map: Iterated, chunk: number): IterableIterator<Entries> {
  const kind = batchKind(map.type);
  if (kind === null) {
    yield* walk(map, chunk);
    return;
  }
  let unsupported = false;
  for (const batch of batches(map, chunk, kind)) {
    if (batch === null) {
      unsupported = true;
      break;
    }
    yield* pieces(map, batch, chunk);
  }
  if (unsupported) yield* walk(map, chunk);
}

/** Batch after batch; null, as the last: this way leads to no end, walk instead. */
function* batches(map: Iterated, chunk: number, kind: 'bucket' | 'key'): IterableIterator<Batch | null> {
  const fits = Math.max(1, Math.floor(CHUNK_BYTES / (map.keySize + map.valueBytes)));
  let size = Math.min(chunk, map.maxEntries, CHUNK, fits);
  let token: Buffer | null = null;
  let given = 0;
  for (;;) {
    const batch = lookup(map, token, size);
    if (batch.errno === ENOSPC) {
      // One bucket holds more than was asked for (kernel/bpf/hashtab.c).
      size *= 2;
      continue;
    }
    if (batch.count > 0) {
      yield batch;
      token = batch.token;
      given += batch.count;
    }
    if (batch.errno === ENOENT) return;
    if (batch.errno !== 0 && (batch.errno !== EINTR || batch.count === 0)) {
      if (!NO_BATCH.has(batch.errno) && batch.errno !== EINTR)
        throw failed(batch.errno, `batch look-up in ${map.name}`);
      yield null;
      return;
    }
    // Where the key to go on from was deleted the kernel begins anew; under steady change that might never end.
    if (kind === 'key' && given > 4 * map.maxEntries) {
      yield null;
      return;
    }
  }
}

function lookup(map: Iterated, token: Buffer | null, size: number): Batch {
  const fd = map.fd;
  return guard(() => addon().mapLookupBatch(fd, token, size, map.keySize, map.valueBytes));
}

function* pieces(map: Iterated, batch: Batch, chunk: number): IterableIterator<Entries> {
  for (let start = 0; start < batch.count; start += chunk) {
    const end = Math.min(batch.count, start + chunk);
    yield {
      keys: batch.keys.subarray(start * map.keySize, end * map.keySize),
      values: batch.values.subarray(start * map.valueBytes, end * map.valueBytes),
      count: end - start,
    };
  }
}

/** Key after key. A key that goes while it is the present one would start the walk anew, so all keys are read first. */
function* walk(map: Iterated, chunk: number): IterableIterator<Entries> {
  const keys = allKeys(map);
  for (let start = 0; start < keys.length; start += chunk) {
    const found: Buffer[] = [];
    const values: Buffer[] = [];
    for (const key of keys.slice(start, start + chunk)) {
      const fd = map.fd;
      const value = guard(() => addon().mapGet(fd, key, map.keySize, map.valueBytes));
      if (value === null) continue;
      found.push(key);
      values.push(value);
    }
    if (found.length > 0)
      yield { keys: Buffer.concat(found), values: Buffer.concat(values), count: found.length };
  }
}

/** Restarts in a row without a full pass after which a walk is given up. */
const PATIENCE = 64;

function allKeys(map: Iterated): Buffer[] {
  const seen = new Map<string, Buffer>();
  const fd = map.fd;
  let key: Buffer | null = null;
  // A restart after a concurrent delete gives keys again: they are taken once.
  for (let steps = 0; steps <= PATIENCE * (map.maxEntries + 1); steps += 1) {
    const from: Buffer | null = key;
    key = guard(() => addon().mapNextKey(fd, from, map.keySize));
    if (key === null) return [...seen.values()];
    seen.set(key.toString('latin1'), key);
  }
  // An incomplete answer would be taken for the whole.
  throw failed(EINTR, `walk over ${map.name}: it changes faster than it can be read`);
}
