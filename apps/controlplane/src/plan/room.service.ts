import { Injectable } from '@nestjs/common';
import type { ProblemInput } from '@sluice/api';
import { mostEntries, planSizes, PolicyForms, type PlanSize, type StoredPolicy } from '@sluice/policy';
import { inSlices } from '../explain/slices.js';
import { keyOf } from '../policies/plan.js';
import type { Wanted } from '../policies/plan.js';
import { ClusterWorld } from '../world/snapshot.js';
import { planInput } from './input.js';
import { workloadsOf } from './message.js';

/** Entries of one policy map (libs/datapath: the ceiling). */
export const CAPACITY = 16_384;
/** How full a change may make a map without `force` (POLICY: 80%). */
const MOST = Math.floor(CAPACITY * 0.8);
const MOST_NAMED = 5;

/** Whether a subject's map grows beyond what a change may fill. */
export const isTooFull = ({ before, after }: Pick<PlanSize, 'before' | 'after'>): boolean =>
  after > before && after > MOST;

/** Keeps a change from filling policy maps: beyond their end there is lockdown. */
@Injectable()
export class MapRoom {
  constructor(
    private readonly world: ClusterWorld,
    private readonly forms: PolicyForms,
  ) {}

  /**
   * A problem for each subject whose map documents would fill too far, at most five. Costs nothing worth mentioning unless there
   * are so many peers and ports that a map could become that full at all. Throws UNAVAILABLE where the store cannot be read.
   */
  async problems(policies: readonly Wanted[], signal?: AbortSignal): Promise<ProblemInput[]> {
    const snapshot = this.world.snapshot();
    const uids = new Map(snapshot.policies.map((p) => [keyOf(p), p.uid]));
    const put = policies.map(({ ref, document }): StoredPolicy => ({
      ...ref,
      uid: uids.get(keyOf(ref)) ?? '',
      revision: 0,
      document,
    }));
    const input = planInput(snapshot, { put, deleted: [], limit: 0 }, this.forms);
    if (mostEntries(input) <= MOST) return [];
    const sizes = await inSlices(planSizes(input), signal);
    const names = workloadsOf(snapshot);
    return sizes
      .filter(isTooFull)
      .slice(0, MOST_NAMED)
      .map(({ subject, after }) => {
        const who = subject.node ?? names.get(subject.identity)?.[0] ?? `identity ${subject.identity}`;
        return {
          path: '$',
          message: `the policy map of ${who} would have ${after} entries, more than 80% of ${CAPACITY}`,
          hint: 'name fewer peers or ports, or apply with --force; sluice plan tells the size of each map',
        };
      });
  }
}
