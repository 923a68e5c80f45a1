import { Injectable } from '@nestjs/common';
import type { ApplyResponseInput, ProblemInput, RollbackRequest } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { keys, type ChangeValue, type Entry, type HistoryValue, type PendingValue } from '@sluice/store';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid, notFound, refused } from '../failure.js';
import { parsePolicies } from '../policies/parse.js';
import { networkProblems } from '../policies/networks.js';
import { keyOf, nameOf, type Change, type Plan, type Wanted } from '../policies/plan.js';
import { changeOf, PoliciesService } from '../policies/policies.service.js';
import { StoreGate } from '../store/gate.js';
import { expiredProblems } from './expiry.js';
import { keptOf, planTakeBack, type Kept } from './take-back.js';

/** What problems name in place of a file. */
const EARLIER = 'earlier form';
/** How many forms are read at a time. */
const READS = 32;

/** A change with all that is needed to take it back. */
export interface KnownChange {
  readonly id: string;
  readonly entry: Entry<ChangeValue>;
  readonly refs: readonly PolicyRef[];
  readonly kept: ReadonlyMap<string, Kept>;
  readonly pending: Entry<PendingValue> | null;
}

/** Whole changes: what they wrote, and the way back from all of it. */
@Injectable()
export class ChangesService {
  constructor(
    private readonly gate: StoreGate,
    private readonly policies: PoliciesService,
  ) {}

  /** A change by its id. INVALID_ARGUMENT where that is no id, NOT_FOUND where the change is not known (any more). */
  async find(id: string): Promise<Entry<ChangeValue>> {
    if (!/^[0-9a-f-]{1,64}$/.test(id))
      throw invalid(`'${id.slice(0, 80)}' is no id of a change`, 'history and apply tell it');
    const entry = await this.gate.use((store) => store.get<ChangeValue>(keys.change(id)));
    if (entry === null)
      throw notFound(`there is no change ${id}`, 'changes are known as long as the forms that they replaced');
    return entry;
  }

  /** The same with the forms that it replaced. */
  async read(id: string): Promise<KnownChange> {
    const entry = await this.find(id);
    const refs = entry.value.policies.map(({ kind, scope, name }) => ({ kind, scope, name }));
    const kept = await this.kept(entry);
    const pending = await this.gate.use((store) => store.get<PendingValue>(keys.pending(id)));
    return { id, entry, refs, kept, pending };
  }

  /**
   * Takes a whole change back, as a new change. ABORTED naming the policies that were changed since; FAILED_PRECONDITION for those
   * that a mirror or directory owns, unless `detach`; INVALID_ARGUMENT where an earlier form is not accepted any more.
   */
  async rollback(
    request: RollbackRequest,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<ApplyResponseInput> {
    if (request.policy !== null || request.to !== 0)
      throw invalid(
        'a change is taken back as a whole',
        'give either the change, or a policy and a revision',
      );
    const known = await this.read(request.change);
    await this.checkForms(known);
    if (!request.detach) refuseForeign(known);
    const change: Change = { ...changeOf(caller), detach: request.detach };
    const planner: (present: Parameters<typeof planTakeBack>[2]) => Plan = (present) => {
      const { plan, left } = planTakeBack(known.entry, known.kept, present, change);
      if (left.length > 0)
        throw aborted(
          `change ${known.id} cannot be taken back as a whole: ${left.map(({ why }) => why).join('; ')}`,
          'nothing was changed; take the policies back one by one: sluice rollback KIND SCOPE/NAME --to REVISION',
          left.map(({ why }) => ({ message: why })),
        );
      return ended(plan, known, change);
    };
    const { refs } = known;
    return this.policies.transact({ refs, planner, change, event: 'rollback', caller }, request, signal);
  }

  /** The earlier forms are judged as an apply would judge them. */
  private async checkForms({ kept }: KnownChange): Promise<void> {
    const problems: ProblemInput[] = [];
    const wanted: Wanted[] = [];
    for (const { previous } of kept.values()) {
      if (previous === null) continue;
      const parsed = parsePolicies(JSON.stringify(previous.document), EARLIER);
      problems.push(...parsed.problems);
      wanted.push(...parsed.policies);
    }
    problems.push(...(await networkProblems(wanted, EARLIER, (read) => this.gate.use(read))));
    problems.push(...expiredProblems(wanted, EARLIER, Date.now()));
    const [first] = problems;
    if (first === undefined) return;
    throw invalid(
      `an earlier form is not accepted any more: ${first.path ?? ''}: ${first.message ?? ''}`,
      'nothing was changed',
      problems,
    );
  }

  private async kept({ value, createRevision }: Entry<ChangeValue>): Promise<Map<string, Kept>> {
    const kept = new Map<string, Kept>();
    const touched = value.policies.filter(({ before, deleted }) => before !== 0 || deleted);
    for (let at = 0; at < touched.length; at += READS) {
      const some = touched.slice(at, at + READS).map(async (one) => {
        const { kind, scope, name, before, deleted } = one;
        const entries = await this.forms(kind, scope, name, deleted ? null : before);
        kept.set(keyOf(one), keptOf(one, entries, createRevision));
      });
      await Promise.all(some);
    }
    return kept;
  }

  private async forms(kind: string, scope: string, name: string, only: number | null) {
    return this.gate.use(async (store) => {
      if (only === null) return (await store.list<HistoryValue>(keys.historyOf(kind, scope, name))).entries;
      const entry = await store.get<HistoryValue>(keys.history(kind, scope, name, only));
      return entry === null ? [] : [entry];
    });
  }
}

/** A deleted policy of another owner would come back as that owner's, who has taken it away. */
function refuseForeign({ entry, kept }: KnownChange): void {
  for (const one of entry.value.policies) {
    const owner = one.deleted ? (kept.get(keyOf(one))?.previous?.owner ?? 'api') : 'api';
    if (owner !== 'api')
      throw refused(
        `${nameOf(one)} belonged to the ${owner}`,
        'change it there, or take it over with --detach',
      );
  }
}

/** The plan that also ends the wait for a confirmation, and remembers how it ended. */
export function ended(plan: Plan, { id, entry, pending }: KnownChange, { author, time }: Change): Plan {
  const value: ChangeValue = { ...entry.value, ended: { how: 'taken-back', by: author, time } };
  const key = keys.pending(id);
  return {
    results: plan.results,
    conditions: [
      ...plan.conditions,
      pending === null ? { key, absent: true } : { key, modRevision: pending.modRevision },
    ],
    ops: [...plan.ops, { put: keys.change(id), value }, ...(pending === null ? [] : [{ delete: key }])],
  };
}
