import { Injectable } from '@nestjs/common';
import type { Expectation } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { keys, type PolicyValue } from '@sluice/store';
import { aborted, Failure, forbidden } from '../failure.js';
import { refuseWaiting } from '../life/waiting.js';
import { remembered, roomFor } from '../life/remember.js';
import { Metrics } from '../metrics/metrics.js';
import { stillPlanned } from '../plan/planned.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate, type ClusterEntry } from '../store/gate.js';
import { Limits } from './limits.js';
import { changedMeanwhile, foreign, keyOf, unmet } from './plan.js';
import type { Change, Plan, Present } from './plan.js';
import { refusedTiers } from './tiers.js';

/** Above this many policies one list is cheaper than single reads. */
const LIST_ABOVE = 16;

export interface Outcome {
  readonly plan: Plan;
  readonly generation: number;
  /** What must be realized for the change to hold. */
  readonly revision: number;
}

export type Planner = (present: Present, change: Change) => Plan;

/** What is to be committed. */
export interface Commit {
  /** All policies that the plan looks at: each is among its conditions. */
  readonly refs: readonly PolicyRef[];
  readonly ifMatch: readonly Expectation[];
  /** Run on the present forms, and again after a lost race; may throw a Failure. */
  readonly planner: Planner;
  readonly change: Change;
}

/** Changes of policies, each one transaction on condition that the policies are as they were when it was planned. */
@Injectable()
export class Commits {
  /** The last revision that was written here. */
  private written = 0;

  constructor(
    private readonly gate: StoreGate,
    private readonly cache: ClusterCache,
    private readonly limits: Limits,
    private readonly metrics: Metrics,
  ) {
    gate.onAccepted(() => {
      this.written = 0;
    });
  }

  /**
   * Reads, plans and writes; a lost race is run once more unless the caller named the form that he means, or the store itself is
   * another than was thought. Throws ABORTED where the race was lost, and what the planner throws.
   */
  async commit(wanted: Commit): Promise<Outcome> {
    const { refs, ifMatch } = wanted;
    let cluster = await this.gate.knownCluster();
    const guessed = await this.guess(wanted, cluster);
    if (guessed !== null) return guessed;
    let attempts = ifMatch.length === 0 ? 2 : 1;
    let lost: Plan | null = null;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const plan = await this.prepare(wanted, await this.read(refs), cluster);
      const outcome = await this.write(plan, cluster);
      if (outcome !== null) return outcome;
      lost = plan;
      this.metrics.conflicts.inc();
      const present = await this.gate.cluster();
      if (present.modRevision !== cluster.modRevision && attempts < 3) attempts += 1;
      cluster = present;
    }
    const who = lost === null ? [] : changedMeanwhile(lost, refs, await this.read(refs));
    throw aborted(
      ['somebody else changed the same policies at the same moment', ...who.map((p) => p.message)].join('; '),
      'nothing was changed: repeat the call',
      who,
    );
  }

  /** The present forms, read linearizably. */
  async read(refs: readonly PolicyRef[]): Promise<Present> {
    return this.gate.use(async (store) => {
      const entries =
        refs.length > LIST_ABOVE
          ? (await store.list<PolicyValue>(keys.policies())).entries
          : await Promise.all(refs.map((ref) => store.get<PolicyValue>(keyOf(ref))));
      return new Map(entries.flatMap((entry) => (entry === null ? [] : [[entry.key, entry]])));
    });
  }

  /**
   * Saves a read where memory is up to date, as it nearly always is: the conditions of the transaction find out. Only a change that
   * was written counts; whatever else comes of memory is null, and is judged again by what the store has.
   */
  private async guess(wanted: Commit, cluster: ClusterEntry): Promise<Outcome | null> {
    if (!this.cache.synced || this.cache.revision < this.written) return null;
    const entries = wanted.refs.flatMap((ref) => this.cache.get<PolicyValue>(keyOf(ref)) ?? []);
    const present = new Map(entries.map((entry) => [entry.key, entry]));
    const plan = await this.prepare(wanted, present, cluster).catch(() => null);
    if (plan === null || plan.ops.length === 0 || !isGuarded(plan, wanted.refs)) return null;
    return this.write(plan, cluster);
  }

  /** The transaction for these forms. Throws a Failure where it may not be. */
  private async prepare(
    { ifMatch, refs, planner, change }: Commit,
    present: Present,
    cluster: ClusterEntry,
  ): Promise<Plan> {
    const stale = unmet(ifMatch, present);
    if (stale.length > 0) throw aborted(stale[0]?.message ?? 'conflict', 'nothing was changed', stale);
    const owned = notOurs(refs, present, change);
    if (owned.length > 0)
      throw new Failure('FAILED_PRECONDITION', owned[0]?.message ?? 'not the owner', '', owned);
    const planned = change.planned === undefined ? [] : [await stillPlanned(this.gate, change.planned)];
    if (change.confirmUntil !== undefined) await refuseWaiting(this.gate, present);
    const plan = remembered(planner(present, change), change);
    const above = refusedTiers(plan, present, change);
    if (above.length > 0)
      throw forbidden(
        `${above.join(', ')}: policies of the admin and baseline tiers are changed by role admin only`,
        'nothing was changed',
      );
    if (plan.ops.length > 0) this.limits.checkPlan(plan, roomFor(plan, change));
    const known = { key: keys.cluster(), modRevision: cluster.modRevision };
    return { ...plan, conditions: [...plan.conditions, ...planned, known] };
  }

  /** null: the race was lost. */
  private async write(plan: Plan, cluster: ClusterEntry): Promise<Outcome | null> {
    const { generation } = cluster.value;
    if (plan.ops.length === 0)
      return { plan, generation, revision: Math.max(0, ...plan.results.map((r) => r.revision)) };
    const { succeeded, revision } = await this.gate.write((store) => store.txn(plan.conditions, plan.ops));
    if (!succeeded) return null;
    this.written = revision;
    return { plan, generation, revision };
  }
}

/** Whether a plan holds only while every policy that it looked at is as it was. */
function isGuarded({ conditions }: Plan, refs: readonly PolicyRef[]): boolean {
  const keysOf = new Set(conditions.map(({ key }) => key));
  return refs.every((ref) => keysOf.has(keyOf(ref)));
}

/** Policies that the change may not touch because something else writes them. */
export const notOurs = (refs: readonly PolicyRef[], present: Present, { detach, anyOwner }: Change) =>
  detach === true || anyOwner === true ? [] : foreign(refs, present);
