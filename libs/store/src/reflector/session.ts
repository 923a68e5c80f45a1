import type { IWatchResponse } from 'etcd3';
import { absolute, rangeEnd } from '../codec.js';
import { StoreError, toStoreError } from '../errors.js';
import type { WatchStream, Wire } from '../wire.js';
import { BatchAssembler, type RawBatch } from './batches.js';

export interface SessionOptions {
  readonly prefix: string;
  /** Everything up to here was delivered. */
  readonly after: number;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** The store accepted the watch and stands at this revision. */
  readonly onCreated: (revision: number) => Promise<void>;
  readonly onBatch: (batch: RawBatch) => Promise<void>;
}

/**
 * One watch stream, from the revision after `after` until it breaks. Reads on only after a batch was handed over, so a slow
 * consumer slows the stream instead of filling memory. Returns when the signal aborts; otherwise throws StoreError:
 * `compacted` (list anew), `permission`, or what broke the stream.
 */
export async function watchSession(wire: Wire, options: SessionOptions): Promise<void> {
  const stream = await wire.openWatch();
  const watchdog = new Watchdog(stream, options.idleTimeoutMs);
  const abort = () => stream.cancel();
  options.signal.addEventListener('abort', abort);
  // The iteration below reports errors too; without a listener of our own one after its end would be uncaught.
  stream.on('error', () => undefined);
  try {
    if (options.signal.aborted) return;
    stream.write({ create_request: createRequest(options) });
    await consume(stream, watchdog, options);
    throw new StoreError('unavailable', `watching ${options.prefix}: the stream ended`);
  } catch (cause) {
    if (options.signal.aborted) return;
    throw watchdog.error ?? toStoreError(cause, `watching ${options.prefix}`);
  } finally {
    watchdog.stop();
    options.signal.removeEventListener('abort', abort);
    stream.cancel();
  }
}

function createRequest(options: SessionOptions) {
  return {
    key: absolute(options.prefix),
    range_end: rangeEnd(options.prefix),
    start_revision: String(options.after + 1),
    progress_notify: true,
    fragment: true,
  };
}

async function consume(stream: WatchStream, watchdog: Watchdog, options: SessionOptions): Promise<void> {
  const assembler = new BatchAssembler();
  let after = options.after;
  for await (const response of stream) {
    watchdog.pause();
    checkCanceled(response, options.prefix);
    if (response.created) await options.onCreated(Number(response.header.revision));
    for (const batch of assembler.add(response, after)) {
      if (options.signal.aborted) return;
      await options.onBatch(batch);
      after = batch.revision;
    }
    watchdog.resume();
  }
}

function checkCanceled(response: IWatchResponse, prefix: string): void {
  if (!response.canceled) return;
  if (Number(response.compact_revision) > 0) {
    throw new StoreError('compacted', `watching ${prefix}: compacted up to ${response.compact_revision}`);
  }
  throw toStoreError(
    new Error(response.cancel_reason || 'UNAVAILABLE: canceled by the store'),
    `watching ${prefix}`,
  );
}

/**
 * Cancels a stream that stays silent. etcd 3.4 sends progress by itself only each 10 minutes, so it is asked for: an answer
 * proves the connection, and nothing else (on 3.4 it is no barrier, so no revision is taken from it).
 */
class Watchdog {
  readonly #stream: WatchStream;
  readonly #idleMs: number;
  readonly #timer: NodeJS.Timeout;
  #heard = Date.now();
  #paused = false;
  error: StoreError | null = null;

  constructor(stream: WatchStream, idleMs: number) {
    this.#stream = stream;
    this.#idleMs = idleMs;
    this.#timer = setInterval(() => this.#check(), idleMs / 3);
    this.#timer.unref();
  }

  #check(): void {
    if (this.#paused) return;
    if (Date.now() - this.#heard >= this.#idleMs) {
      this.error = new StoreError('unavailable', `the watch was silent for ${this.#idleMs} ms`);
      this.#stream.cancel();
    } else {
      this.#stream.write({ progress_request: {} });
    }
  }

  /** While the consumer works, nothing is read, and silence means nothing. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#heard = Date.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
