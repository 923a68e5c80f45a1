import { setTimeout as sleep } from 'node:timers/promises';
import { absolute } from './codec.js';
import { newBackoff } from './backoff.js';
import { StoreError } from './errors.js';
import type { Wire } from './wire.js';

export const MIN_TTL_SECONDS = 15;

/**
 * Holds one key on a lease: grants, writes, renews each third of the TTL, and does it all anew once the lease is lost.
 * It runs on the caller's event loop: a loop blocked for longer than two thirds of the TTL lets the lease lapse, and it is
 * then granted anew. Nothing may be concluded from the key's absence but silence.
 */
export class KeptAlive implements AsyncDisposable {
  onDisposed: () => void = () => undefined;
  readonly #wire: Wire;
  readonly #key: string;
  readonly #value: Buffer;
  readonly #ttl: number;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #lease: string | null = null;

  constructor(wire: Wire, key: string, value: Buffer, ttlSeconds: number) {
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < MIN_TTL_SECONDS) {
      throw new StoreError('invalid', `a lease lasts at least ${MIN_TTL_SECONDS} s, not ${ttlSeconds}`);
    }
    this.#wire = wire;
    this.#key = key;
    this.#value = value;
    this.#ttl = ttlSeconds;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    let backoff = newBackoff();
    while (!this.#stop.signal.aborted) {
      try {
        await this.#beat();
        backoff = newBackoff();
        await this.#wait((this.#ttl * 1000) / 3);
      } catch {
        // Whatever it was, the answer is the same: try again. Readers see the key lapse if it lasts.
        backoff = backoff.next(undefined);
        await this.#wait(backoff.duration);
      }
    }
  }

  async #beat(): Promise<void> {
    if (this.#lease !== null && (await this.#wire.renewLease(this.#lease)) > 0) return;
    this.#lease = null;
    const granted = await this.#wire.write('granting a lease', (etcd, options) =>
      etcd.leaseClient.leaseGrant({ TTL: this.#ttl }, options),
    );
    await this.#wire.write(`writing ${this.#key}`, (etcd, options) =>
      etcd.kv.put({ key: absolute(this.#key), value: this.#value, lease: granted.ID }, options),
    );
    this.#lease = granted.ID;
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }

  /** Stops, and takes the key away by revoking its lease; if the store is away, the lease ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
    const lease = this.#lease;
    this.#lease = null;
    this.onDisposed();
    if (lease === null) return;
    await this.#wire
      .write('revoking a lease', (etcd, options) => etcd.leaseClient.leaseRevoke({ ID: lease }, options))
      .catch(() => undefined);
  }
}
