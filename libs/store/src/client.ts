import type { ICompare, IRequestOp } from 'etcd3';
import { absolute, encode } from './codec.js';
import { toEntry } from './entry.js';
import { StoreError } from './errors.js';
import { KeptAlive } from './keepalive.js';
import { listPages } from './list.js';
import { EtcdReflector } from './reflector/reflector.js';
import type {
  Condition,
  Entry,
  Op,
  Range,
  Reflector,
  ReflectorOptions,
  Store,
  StoreHealth,
  StoreOptions,
  TxnResult,
} from './types.js';
import { Wire } from './wire.js';

/** etcd's limits as docs/operations.md tells to set them: --max-txn-ops and --max-request-bytes. */
export const LIMITS = { txnOps: 4096, requestBytes: 4 << 20 } as const;

/**
 * Connects to etcd. Nothing is dialled before the first call, so this works while the store is down. Throws StoreError
 * `invalid` or `tls` on unusable options. Dispose it when done; its reflectors and leases are disposed of with it.
 */
export function connectStore(options: StoreOptions): Store {
  return new EtcdStore(new Wire(options));
}

class EtcdStore implements Store {
  readonly #wire: Wire;
  readonly #owned = new Set<AsyncDisposable>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async get<T>(key: string): Promise<Entry<T> | null> {
    const response = await this.#wire.read(`reading ${key}`, (etcd, options) =>
      etcd.kv.range({ key: absolute(key) }, options),
    );
    const kv = response.kvs[0];
    return kv === undefined ? null : (toEntry(kv) as Entry<T>);
  }

  async list<T>(prefix: string): Promise<Range<T>> {
    const { kvs, revision } = await listPages(this.#wire, prefix);
    return { entries: kvs.map((kv) => toEntry(kv) as Entry<T>), revision };
  }

  async put(key: string, value: unknown): Promise<number> {
    const bytes = sized(encode(key, value), key);
    const response = await this.#wire.write(`writing ${key}`, (etcd, options) =>
      etcd.kv.put({ key: absolute(key), value: bytes }, options),
    );
    return Number(response.header.revision);
  }

  async delete(key: string): Promise<boolean> {
    const response = await this.#wire.write(`deleting ${key}`, (etcd, options) =>
      etcd.kv.deleteRange({ key: absolute(key) }, options),
    );
    return Number(response.deleted) > 0;
  }

  async txn(conditions: readonly Condition[], then: readonly Op[]): Promise<TxnResult> {
    if (conditions.length > LIMITS.txnOps || then.length > LIMITS.txnOps) {
      const most = Math.max(conditions.length, then.length);
      throw new StoreError(
        'too-large',
        `${most} operations in one transaction; the limit is ${LIMITS.txnOps}`,
      );
    }
    const request = { compare: conditions.map(toCompare), success: then.map(toRequest) };
    const bytes = request.success.reduce((sum, op) => sum + (op.request_put?.value?.length ?? 0), 0);
    checkSize(bytes, 'transaction');
    const response = await this.#wire.write('transaction', (etcd, options) => etcd.kv.txn(request, options));
    return { succeeded: response.succeeded, revision: Number(response.header.revision) };
  }

  keepAlive(key: string, value: unknown, ttlSeconds: number): AsyncDisposable {
    return this.#own(new KeptAlive(this.#wire, key, encode(key, value), ttlSeconds));
  }

  reflect(options: ReflectorOptions): Reflector {
    return this.#own(new EtcdReflector(this.#wire, options));
  }

  async health(): Promise<StoreHealth> {
    const status = await this.#wire.read('asking etcd how it is', (etcd, options) =>
      etcd.maintenance.status(options),
    );
    // `memberID:9 alarm:NOSPACE `
    const alarms = status.errors.map((text) => /alarm:(\w+)/.exec(text)?.[1] ?? text.trim());
    return {
      version: status.version,
      size: Number(status.dbSize),
      inUse: Number(status.dbSizeInUse),
      alarms: [...new Set(alarms)],
    };
  }

  async revision(): Promise<number> {
    const response = await this.#wire.read('reading the revision', (etcd, options) =>
      etcd.kv.range({ key: absolute('cluster') }, options),
    );
    return Number(response.header.revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#owned].map((o) => o[Symbol.asyncDispose]()));
    this.#wire.close();
  }

  #own<T extends AsyncDisposable & { onDisposed: () => void }>(owned: T): T {
    this.#owned.add(owned);
    owned.onDisposed = () => this.#owned.delete(owned);
    return owned;
  }
}

function sized(bytes: Buffer, what: string): Buffer {
  checkSize(bytes.length, what);
  return bytes;
}

function checkSize(bytes: number, what: string): void {
  if (bytes <= LIMITS.requestBytes) return;
  throw new StoreError('too-large', `${what} has ${bytes} bytes; the limit is ${LIMITS.requestBytes}`);
}

function toCompare(condition: Condition): ICompare {
  const key = absolute(condition.key);
  if ('absent' in condition) return { key, target: 'Version', result: 'Equal', version: '0' };
  return { key, target: 'Mod', result: 'Equal', mod_revision: String(condition.modRevision) };
}

function toRequest(op: Op): IRequestOp {
  if ('delete' in op) return { request_delete_range: { key: absolute(op.delete) } };
  const lease = op.lease === undefined ? {} : { lease: op.lease };
  return { request_put: { key: absolute(op.put), value: encode(op.put, op.value), ...lease } };
}
