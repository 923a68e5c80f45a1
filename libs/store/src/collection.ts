import { collectionSteps, releasable, type CollectionStep, type StoredIdentity } from '@sluice/identity';
import { hashLabels } from '@sluice/labels';
import { numberOf, setRetiring, type IdentityStore } from './identities.js';
import {
  keys,
  type ClusterValue,
  type EndpointValue,
  type IdentityOfValue,
  type IdentityValue,
  type RealizedValue,
  type RetiredIdentityValue,
} from './schema.js';
import type { Entry } from './types.js';

export interface CollectorOptions {
  /** How long a mark stands before its identity is deleted, in milliseconds. */
  readonly graceMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** What one pass did, as numbers of identities. */
export interface Collected {
  readonly marked: readonly number[];
  readonly cleared: readonly number[];
  readonly deleted: readonly number[];
  /** May be given out again. */
  readonly released: readonly number[];
}

/**
 * Takes back the numbers of label sets that no workload has any more. Any number of replicas may do it at once and any may
 * die between two steps: each step is a transaction on the revision that was read, and the grace is counted from when this
 * process saw the mark, so another one's clock does not matter.
 */
export class IdentityCollector {
  private readonly seen = new Map<number, { readonly revision: number; readonly at: number }>();
  private readonly now: () => number;

  constructor(
    private readonly store: IdentityStore,
    private readonly options: CollectorOptions,
  ) {
    this.now = options.now ?? (() => performance.now());
  }

  /** One look, and the steps that follow from it. Rejects where the store cannot be read or written. */
  async pass(): Promise<Collected> {
    const entries = await this.identities();
    const steps = await this.steps(entries);
    const done: Record<CollectionStep['step'], number[]> = { mark: [], clear: [], delete: [] };
    for (const { step, identity } of steps) {
      const entry = entries.get(identity.number);
      if (entry && (await this.take(step, identity, entry))) done[step].push(identity.number);
    }
    // A claim may have come between the look and the mark: nobody is to wait a whole grace for its answer.
    if (done.mark.length > 0) done.clear.push(...(await this.clearClaimed(new Set(done.mark))));
    const released = await this.release();
    return { marked: done.mark, cleared: done.clear, deleted: done.delete, released };
  }

  private async identities(): Promise<Map<number, Entry<IdentityValue>>> {
    const { entries } = await this.store.list<IdentityValue>(keys.identities());
    const identities = new Map(entries.map((entry) => [numberOf(entry.key), entry]));
    for (const [number, { revision }] of this.seen)
      if (identities.get(number)?.modRevision !== revision) this.seen.delete(number);
    for (const [number, { value, modRevision }] of identities)
      if (value.retiring && !this.seen.has(number))
        this.seen.set(number, { revision: modRevision, at: this.now() });
    return identities;
  }

  /** Claims and endpoints are read after the identities: what is not among them now came later than every mark seen. */
  private async steps(entries: ReadonlyMap<number, Entry<IdentityValue>>): Promise<CollectionStep[]> {
    const [claims, endpoints] = await Promise.all([
      this.store.list(keys.claims()),
      this.store.list<EndpointValue>(keys.endpoints()),
    ]);
    return collectionSteps({
      identities: [...entries].map(([number, { value, modRevision }]): StoredIdentity => ({
        number,
        hash: hashLabels(value.labels),
        retiring: value.retiring,
        revision: modRevision,
      })),
      claimed: new Set(claims.entries.map(({ key }) => key.slice(key.lastIndexOf('/') + 1))),
      used: new Set(endpoints.entries.map(({ value }) => value.identity)),
      rested: ({ number }) => {
        const mark = this.seen.get(number);
        return mark !== undefined && this.now() - mark.at >= this.options.graceMs;
      },
    });
  }

  private async take(
    step: CollectionStep['step'],
    identity: StoredIdentity,
    entry: Entry<IdentityValue>,
  ): Promise<boolean> {
    if (step !== 'delete') return (await setRetiring(this.store, entry, step === 'mark')).succeeded;
    const of = await this.store.get<IdentityOfValue>(keys.identityOf(identity.hash));
    const own = of?.value.identity === identity.number ? of : null;
    const retired: RetiredIdentityValue = { hash: identity.hash };
    const { succeeded } = await this.store.txn(
      [
        { key: entry.key, modRevision: identity.revision },
        ...(own ? [{ key: own.key, modRevision: own.modRevision }] : []),
      ],
      [
        { delete: entry.key },
        ...(own ? [{ delete: own.key }] : []),
        { put: keys.retiredIdentity(identity.number), value: retired },
      ],
    );
    return succeeded;
  }

  private async clearClaimed(marked: ReadonlySet<number>): Promise<number[]> {
    const entries = new Map([...(await this.identities())].filter(([number]) => marked.has(number)));
    const cleared: number[] = [];
    for (const { step, identity } of await this.steps(entries)) {
      const entry = entries.get(identity.number);
      if (step === 'clear' && entry && (await this.take(step, identity, entry)))
        cleared.push(identity.number);
    }
    return cleared;
  }

  /** Deletes the records of numbers whose deletion has reached every kernel. */
  private async release(): Promise<number[]> {
    const { entries } = await this.store.list<RetiredIdentityValue>(keys.retiredIdentities());
    if (entries.length === 0) return [];
    const [cluster, nodes, allocations, statuses] = await Promise.all([
      this.store.get<ClusterValue>(keys.cluster()),
      this.store.list(keys.nodes()),
      this.store.list(keys.allocations()),
      this.store.list<RealizedValue>(keys.statuses()),
    ]);
    if (cluster === null) return [];
    const realized = new Map(statuses.entries.map(({ key, value }) => [key, value]));
    const names = new Set([
      ...nodes.entries.map(({ key }) => key.slice(keys.nodes().length)),
      ...allocations.entries.map(({ key }) => key.slice(keys.allocations().length)),
    ]);
    const free = releasable(
      entries.map(({ key, modRevision }) => ({ number: numberOf(key), revision: modRevision })),
      [...names].map((name) => realized.get(keys.realized(name)) ?? null),
      cluster.value.generation,
    );
    const revisions = new Map(entries.map(({ key, modRevision }) => [key, modRevision]));
    const released: number[] = [];
    for (const number of free) {
      const key = keys.retiredIdentity(number);
      const { succeeded } = await this.store.txn(
        [{ key, modRevision: revisions.get(key) ?? 0 }],
        [{ delete: key }],
      );
      if (succeeded) released.push(number);
    }
    return released;
  }
}
