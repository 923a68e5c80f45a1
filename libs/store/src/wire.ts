import {
  Etcd3,
  type IDuplexStream,
  type IRangeResponse,
  type IWatchRequest,
  type IWatchResponse,
} from 'etcd3';
import { noop } from 'cockatiel';
import { absolute, rangeEnd } from './codec.js';
import { neverSent, StoreError, toStoreError } from './errors.js';
import type { StoreOptions } from './types.js';

export type WatchStream = IDuplexStream<IWatchRequest, IWatchResponse> &
  AsyncIterable<IWatchResponse> & { cancel(): void };

const CHANNEL = {
  // Below 10 s etcd ends streams for "excess pings".
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // A page of 5,000 keys is over the 4 MB that gRPC receives by default.
  'grpc.max_receive_message_length': 64 << 20,
  'grpc.max_send_message_length': 16 << 20,
};
const ATTEMPTS = 3;
const DEFAULT_TIMEOUT_MS = 5_000;

/** etcd's calls with deadlines, typed errors and no retry that could do a write twice. */
export class Wire {
  readonly #unary: Etcd3;
  /** Of its own: a failed unary call tears down its host's clients, which must not cut the watches. */
  readonly #streams: Etcd3;
  readonly timeoutMs: number;
  #closed = false;

  constructor(options: StoreOptions) {
    if (options.endpoints.length === 0) throw new StoreError('invalid', 'no endpoint of the store was given');
    const insecure = options.endpoints.find((e) => !e.startsWith('https://'));
    if (insecure !== undefined)
      throw new StoreError('invalid', `endpoint '${insecure}' must begin with https://`);
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const make = () =>
      new Etcd3({
        hosts: [...options.endpoints],
        credentials: {
          rootCertificate: options.tls.ca,
          certChain: options.tls.cert,
          privateKey: options.tls.key,
        },
        grpcOptions: CHANNEL,
        // etcd3 would send a transaction again after a lost answer, which turns a success into a conflict.
        faultHandling: { global: noop, host: () => noop },
      });
    try {
      this.#unary = make();
      this.#streams = make();
    } catch (cause) {
      throw new StoreError('tls', "the client's certificate, key or authority is unreadable", { cause });
    }
  }

  /** A read: sent again, to another endpoint if there is one, when none answered. */
  async read<T>(doing: string, call: (etcd: Etcd3, options: { deadline: number }) => Promise<T>): Promise<T> {
    return this.#attempt(doing, call, (e) => e.code === 'unavailable');
  }

  /** A write: sent again only if it certainly never left. */
  async write<T>(
    doing: string,
    call: (etcd: Etcd3, options: { deadline: number }) => Promise<T>,
  ): Promise<T> {
    return this.#attempt(doing, call, neverSent);
  }

  async #attempt<T>(
    doing: string,
    call: (etcd: Etcd3, options: { deadline: number }) => Promise<T>,
    again: (error: StoreError) => boolean,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw new StoreError('closed', `${doing}: the store client is closed`);
      try {
        return await call(this.#unary, { deadline: Date.now() + this.timeoutMs });
      } catch (cause) {
        const error = toStoreError(cause, doing);
        if (attempt >= ATTEMPTS || !again(error)) throw error;
      }
    }
  }

  /** One page of a prefix: at `revision` if given, after the key `after` if given. */
  async page(
    prefix: string,
    limit: number,
    revision: number | null,
    after: Buffer | null,
  ): Promise<IRangeResponse> {
    // The smallest key above `after` is itself with a zero byte behind.
    const key = after === null ? absolute(prefix) : Buffer.concat([after, Buffer.from([0])]);
    const request = {
      key,
      range_end: rangeEnd(prefix),
      limit,
      ...(revision === null ? {} : { revision: String(revision) }),
    };
    return this.read(`listing ${prefix}`, (etcd, options) => etcd.kv.range(request, options));
  }

  /** A raw watch stream without a deadline. The caller cancels it and bears its errors. */
  async openWatch(): Promise<WatchStream> {
    if (this.#closed) throw new StoreError('closed', 'watching: the store client is closed');
    try {
      return (await this.#streams.watchClient.watch()) as WatchStream;
    } catch (cause) {
      throw toStoreError(cause, 'watching');
    }
  }

  /** Renews a lease once; the TTL in seconds that it has now, 0 when the store knows it no more. */
  async renewLease(id: string): Promise<number> {
    if (this.#closed) throw new StoreError('closed', 'renewing a lease: the store client is closed');
    const stream = await this.#streams.leaseClient.leaseKeepAlive({ deadline: Date.now() + this.timeoutMs });
    return new Promise<number>((resolve, reject) => {
      stream.on('error', (cause: Error) => reject(toStoreError(cause, 'renewing a lease')));
      stream.on('end', () => reject(new StoreError('unavailable', 'renewing a lease: the stream ended')));
      stream.on('data', (response: { TTL: string }) => {
        resolve(Number(response.TTL));
        stream.end();
      });
      stream.write({ ID: id });
    });
  }

  /** Closes all connections. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unary.close();
    this.#streams.close();
  }
}
