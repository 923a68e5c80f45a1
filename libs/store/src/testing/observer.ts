import type { Batch, Entry, Reflector, ReflectorOptions, ReflectorState, Store } from '../types.js';
import { until } from './until.js';

/** A consumer of a reflector that checks the reflector's promises while it keeps a copy of what it was told. */
export class Observer implements AsyncDisposable {
  readonly entries = new Map<string, Entry>();
  /** Each delivered change outside of full batches, as `key@revision`. */
  readonly seen: string[] = [];
  readonly states: ReflectorState[] = [];
  readonly faults: string[] = [];
  batches: Batch[] = [];
  /** Called before a batch is taken; may throw or wait. */
  before: (batch: Batch) => Promise<void> | void = () => undefined;
  readonly reflector: Reflector;
  #revision = 0;

  constructor(store: Store, prefix: string, options: Partial<ReflectorOptions> = {}) {
    this.reflector = store.reflect({
      prefix,
      ...options,
      onBatch: (batch) => this.#take(batch),
      onState: (state) => this.states.push(state),
    });
    this.reflector.start();
  }

  get fulls(): number {
    return this.batches.filter((b) => b.full).length;
  }

  /** Waits until it has been told of `revision`. */
  async reached(revision: number): Promise<void> {
    await until(
      `revision ${revision} was delivered (${this.#revision} was)`,
      () => this.#revision >= revision,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reflector[Symbol.asyncDispose]();
  }

  async #take(batch: Batch): Promise<void> {
    await this.before(batch);
    if (batch.revision < this.#revision || (!batch.full && batch.revision === this.#revision)) {
      this.faults.push(`batch ${batch.revision} after ${this.#revision}`);
    }
    this.#revision = batch.revision;
    this.batches.push(batch);
    for (const { key, entry, previous } of batch.changes) {
      const had = this.entries.get(key) ?? null;
      if (had?.modRevision !== previous?.modRevision)
        this.faults.push(`${key}: previous is wrong at ${batch.revision}`);
      if (entry === null) this.entries.delete(key);
      else this.entries.set(key, entry);
      if (!batch.full) this.seen.push(`${key}@${batch.revision}`);
      if (entry !== null && !batch.full && entry.modRevision !== batch.revision) {
        this.faults.push(`${key}@${entry.modRevision} in batch ${batch.revision}`);
      }
    }
  }
}
