import type { Labels } from '@sluice/labels';
import { type Batch, keys } from '@sluice/store';
import type { Publisher } from '../publisher.js';
import type { LocalEndpoint } from './manager.js';
import { endpointValue, hashOf, stateOf } from './state.js';

/** Tells the store of local endpoints, and claims their label sets. Only what is new is told. */
export class Publication {
  private readonly told = new Map<LocalEndpoint, string>();
  private readonly claims = new Set<string>();

  constructor(
    private readonly publisher: Pick<Publisher, 'publish' | 'desired' | 'correct'>,
    private readonly node: string,
  ) {}

  /** Claims exactly these label sets. */
  claim(all: Iterable<Labels>): void {
    const wanted = new Set<string>();
    for (const labels of all) {
      const key = keys.claim(this.node, hashOf(labels));
      if (!this.claims.has(key) && !wanted.has(key)) this.publisher.publish(key, { labels });
      wanted.add(key);
    }
    for (const key of this.claims) if (!wanted.has(key)) this.publisher.publish(key, null);
    this.claims.clear();
    for (const key of wanted) this.claims.add(key);
  }

  /** Tells exactly these endpoints, as they are now. */
  tell(locals: readonly LocalEndpoint[]): void {
    for (const local of locals) {
      const state = `${local.identity} ${stateOf(local)}`;
      if (this.told.get(local) === state) continue;
      this.told.set(local, state);
      this.publisher.publish(this.keyOf(local), endpointValue(local));
    }
    if (this.told.size > locals.length) this.withdraw(locals);
  }

  private withdraw(locals: readonly LocalEndpoint[]): void {
    const present = new Set(locals);
    const ids = new Set(locals.map(({ record }) => record.id));
    for (const local of this.told.keys()) {
      if (present.has(local)) continue;
      this.told.delete(local);
      // Its number may be another one's by now.
      if (!ids.has(local.record.id)) this.publisher.publish(this.keyOf(local), null);
    }
  }

  /** Our own endpoints are what we say, whatever the store was made to say. */
  check(batch: Batch): void {
    const prefix = keys.endpoints(this.node);
    for (const { key, entry } of batch.changes) {
      if (!key.startsWith(prefix)) continue;
      const desired = this.publisher.desired(key);
      if (desired === undefined) continue;
      if (JSON.stringify(desired) !== JSON.stringify(entry?.value ?? null)) this.publisher.correct(key);
    }
  }

  private keyOf({ record }: LocalEndpoint): string {
    return keys.endpoint(this.node, record.id);
  }
}
