import { type Condition, type Op, type Store, StoreError, type TxnResult } from '@sluice/store';

/** A store whose owner dies at one of its writes: before the store has heard of it, or before the owner hears the answer. */
export class MortalStore implements Store {
  dead = false;
  private left = Infinity;
  private when: 'before' | 'after' = 'before';

  constructor(private readonly inner: Store) {}

  /** Dies at the so-manieth write from now on, counted from 1. */
  arm(at: number, when: 'before' | 'after'): void {
    this.left = at;
    this.when = when;
  }

  private alive<T>(work: () => Promise<T>): Promise<T> {
    return this.dead ? Promise.reject(new StoreError('closed', 'dead')) : work();
  }

  private async write<T>(work: () => Promise<T>): Promise<T> {
    const isLast = --this.left === 0;
    if (isLast && this.when === 'before') this.dead = true;
    const answer = await this.alive(work);
    if (isLast) this.dead = true;
    return this.alive(() => Promise.resolve(answer));
  }

  get: Store['get'] = (key) => this.alive(() => this.inner.get(key));
  list: Store['list'] = (prefix) => this.alive(() => this.inner.list(prefix));
  put: Store['put'] = (key, value) => this.write(() => this.inner.put(key, value));
  delete: Store['delete'] = (key) => this.write(() => this.inner.delete(key));
  txn(conditions: readonly Condition[], then: readonly Op[]): Promise<TxnResult> {
    const work = () => this.inner.txn(conditions, then);
    return then.length === 0 ? this.alive(work) : this.write(work);
  }
  keepAlive: Store['keepAlive'] = (...args) => this.inner.keepAlive(...args);
  reflect: Store['reflect'] = (options) =>
    this.inner.reflect({
      ...options,
      // A dead process hears nothing.
      onBatch: (batch) => (this.dead ? undefined : options.onBatch(batch)),
    });
  revision: Store['revision'] = () => this.alive(() => this.inner.revision());
  health: Store['health'] = () => this.alive(() => this.inner.health());
  [Symbol.asyncDispose] = () => this.inner[Symbol.asyncDispose]();
}
