import { setTimeout as sleep } from 'node:timers/promises';
import type { IBackoff } from 'cockatiel';
import { newBackoff } from '../backoff.js';
import { rangeEnd } from '../codec.js';
import { StoreError, toStoreError } from '../errors.js';
import { listPages } from '../list.js';
import type { Batch, Reflector, ReflectorOptions, ReflectorState } from '../types.js';
import type { Wire } from '../wire.js';
import type { RawBatch } from './batches.js';
import { Known, type Prepared } from './known.js';
import { watchSession } from './session.js';

const IDLE_MS = 30_000;
const RELIST_MS = 10 * 60_000;

/** Ends everything: the store went back behind what it told, and only somebody who knows why may go on (a new reflector). */
class Frozen extends StoreError {}

/**
 * Lists, then watches from the list's revision; resumes from the last delivered batch; lists again and delivers the
 * difference after a compaction and periodically (servers before 3.4.31 can lose events around a compaction).
 */
export class EtcdReflector implements Reflector {
  onDisposed: () => void = () => undefined;
  readonly #wire: Wire;
  readonly #options: ReflectorOptions;
  readonly #known = new Known();
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #running: Promise<void> | null = null;
  #revision = 0;
  #listedAt = -Infinity;
  #mustList = true;
  #backoff: IBackoff<unknown> | null = null;
  #state: ReflectorState = { phase: 'stopped', revision: 0, error: null };

  constructor(wire: Wire, options: ReflectorOptions) {
    rangeEnd(options.prefix);
    this.#wire = wire;
    this.#options = options;
    // Nobody has to wait for it; then its rejection is nobody's.
    this.#synced.promise.catch(() => undefined);
  }

  get state(): ReflectorState {
    return this.#state;
  }

  start(): void {
    if (this.#stop.signal.aborted) throw new StoreError('closed', 'the reflector was stopped');
    this.#running ??= this.#run();
  }

  synced(): Promise<void> {
    return this.#synced.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#synced.reject(new StoreError('closed', 'the reflector was stopped before its first list'));
    if (this.#state.phase !== 'stopped') this.#say('stopped', null);
    this.onDisposed();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#mustList) await this.#list();
        await this.#watch();
      } catch (cause) {
        if (this.#stop.signal.aborted) return;
        const error = toStoreError(cause, `reflecting ${this.#options.prefix}`);
        if (error instanceof Frozen) return this.#say('frozen', error);
        // The watch would only bring the same unreadable value again; a list sees it once it was repaired.
        if (['compacted', 'schema', 'corrupt'].includes(error.code)) this.#mustList = true;
        await this.#pause(error);
      }
    }
  }

  async #list(): Promise<void> {
    this.#say('listing', this.#state.error);
    const { kvs, revision } = await listPages(this.#wire, this.#options.prefix);
    this.#refuseOlder(revision);
    await this.#deliver(this.#known.prepareList(kvs), revision, true);
    this.#mustList = false;
    this.#listedAt = Date.now();
    this.#synced.resolve();
  }

  async #watch(): Promise<void> {
    const relist = this.#untilRelist();
    const signal = relist === null ? this.#stop.signal : AbortSignal.any([this.#stop.signal, relist]);
    await watchSession(this.#wire, {
      prefix: this.#options.prefix,
      after: this.#revision,
      idleTimeoutMs: this.#options.idleTimeoutMs ?? IDLE_MS,
      signal,
      onCreated: (revision) => this.#created(revision),
      onBatch: (batch) => this.#hand(batch),
    });
    this.#mustList = true;
  }

  #untilRelist(): AbortSignal | null {
    const every = this.#options.relistMs ?? RELIST_MS;
    return every === 0 ? null : AbortSignal.timeout(Math.max(0, this.#listedAt + every - Date.now()));
  }

  async #created(revision: number): Promise<void> {
    // A member that lags behind may stand before us without harm; only a linearizable read tells it from a rewound store.
    if (revision < this.#revision) {
      const page = await this.#wire.page(this.#options.prefix, 1, null, null);
      this.#refuseOlder(Number(page.header.revision));
      throw new StoreError(
        'unavailable',
        `a member of the store lags at ${revision}, we are at ${this.#revision}`,
      );
    }
    this.#backoff = null;
    this.#say('watching', null);
  }

  async #hand(batch: RawBatch): Promise<void> {
    await this.#deliver(this.#known.prepare(batch), batch.revision, false);
  }

  /** Hands over until the consumer has taken it; only then does the reflector advance. */
  async #deliver(prepared: Prepared, revision: number, full: boolean): Promise<void> {
    const batch: Batch = { revision, full, changes: prepared.changes };
    for (;;) {
      try {
        if (full || batch.changes.length > 0) await this.#options.onBatch(batch);
        break;
      } catch (cause) {
        if (this.#stop.signal.aborted) throw cause;
        await this.#pause(
          new StoreError('unknown', `the consumer of ${this.#options.prefix} failed`, { cause }),
        );
        if (this.#stop.signal.aborted) throw cause;
      }
    }
    this.#backoff = null;
    this.#known.commit(batch.changes);
    this.#revision = revision;
    this.#say(full ? 'listing' : 'watching', prepared.unreadable[0] ?? null);
  }

  #refuseOlder(revision: number): void {
    if (revision >= this.#revision) return;
    throw new Frozen(
      'rewound',
      `the store stands at revision ${revision}, but had told ${this.#revision} before`,
    );
  }

  async #pause(error: StoreError): Promise<void> {
    this.#say('backoff', error);
    this.#backoff = this.#backoff?.next(undefined) ?? newBackoff();
    await sleep(this.#backoff.duration, undefined, { signal: this.#stop.signal, ref: false }).catch(
      () => undefined,
    );
  }

  #say(phase: ReflectorState['phase'], error: Error | null): void {
    this.#state = { phase, revision: this.#revision, error };
    this.#options.onState?.(this.#state);
  }
}
