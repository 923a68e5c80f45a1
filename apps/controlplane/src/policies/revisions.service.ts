import { Injectable } from '@nestjs/common';
import type { ApplyResponseInput, HistoryResponseInput, PolicyFormInput, RollbackRequest } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { keys, type Entry, type HistoryValue, type PolicyValue } from '@sluice/store';
import type { Caller } from '../auth/caller.js';
import { invalid, notFound } from '../failure.js';
import { StoreGate } from '../store/gate.js';
import { keyOf, nameOf } from './plan.js';
import { PLAIN_APPLY, PoliciesService, toPolicy } from './policies.service.js';

type Live = Entry<PolicyValue> | null;

/** All that is known of a policy. */
export interface Kept {
  readonly live: Live;
  readonly earlier: readonly Entry<HistoryValue>[];
}

/** The forms of a policy that are kept, and the way back to one of them. */
@Injectable()
export class RevisionsService {
  constructor(
    private readonly gate: StoreGate,
    private readonly policies: PoliciesService,
  ) {}

  /** All kept forms, newest first. INVALID_ARGUMENT where the name has a gap, NOT_FOUND where nothing is kept. */
  async history(ref: PolicyRef): Promise<HistoryResponseInput> {
    const { live, earlier } = await this.kept(ref);
    if (live === null && earlier.length === 0)
      throw notFound(`there is no ${nameOf(ref)}, and no history of it`);
    const forms = earlier.map((entry) => endedForm(ref, entry));
    if (live !== null) forms.push({ policy: toPolicy(ref, live) });
    forms.sort((a, b) => Number(b.policy?.revision) - Number(a.policy?.revision));
    const { value } = await this.gate.cluster();
    const newest = Math.max(live?.modRevision ?? 0, ...earlier.map((entry) => entry.modRevision));
    return { forms, revision: { generation: value.generation, revision: newest } };
  }

  /**
   * Applies a kept form once more, as a new change that is judged like any other. NOT_FOUND where that form is not kept; ABORTED
   * where an expectation does not hold or the policy is changed while this runs; FAILED_PRECONDITION for what a mirror or directory
   * owns, unless `detach`.
   */
  async rollback(
    request: RollbackRequest,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<ApplyResponseInput> {
    const ref = request.policy ?? { kind: '', scope: '', name: '' };
    if (request.to <= 0)
      throw invalid('no revision to go back to is named', 'history lists those that are kept');
    const { live, earlier } = await this.kept(ref);
    const form =
      live?.modRevision === request.to
        ? live.value
        : earlier.find((entry) => revisionOf(entry) === request.to)?.value.previous;
    if (form === undefined)
      throw notFound(
        `${nameOf(ref)} has no form of revision ${request.to}`,
        'history lists those that are kept',
      );
    // What is replaced is what was read here, whoever else writes meanwhile.
    const seen = { policy: { ...ref }, revision: live?.modRevision ?? 0 };
    const { dryRun, waitRealized, timeoutSeconds } = request;
    const apply = {
      ...PLAIN_APPLY,
      text: JSON.stringify(form.document),
      file: `revision ${request.to}`,
      ifMatch: [...request.ifMatch, seen],
      ...{ dryRun, waitRealized, timeoutSeconds },
    };
    return this.policies.apply(apply, caller, signal, { event: 'rollback', detach: request.detach });
  }

  /** The live form and the earlier ones that are kept. INVALID_ARGUMENT where the name has a gap. */
  async kept(ref: PolicyRef): Promise<Kept> {
    const { kind, scope, name } = ref;
    if (kind === '' || scope === '' || name === '')
      throw invalid(
        'a policy is named by kind, scope and name',
        'scope is the namespace, _cluster for cluster-wide kinds',
      );
    return this.gate.use(async (store) => {
      // History last: a form that is replaced in between is then in it, at worst in both.
      const live = await store.get<PolicyValue>(keyOf(ref));
      const { entries } = await store.list<HistoryValue>(keys.historyOf(kind, scope, name));
      const replaced = entries.some((entry) => revisionOf(entry) === live?.modRevision);
      return { live: replaced ? await store.get<PolicyValue>(keyOf(ref)) : live, earlier: entries };
    });
  }
}

/** The key ends in the revision that the form had while it was live. */
export const revisionOf = ({ key }: Entry<HistoryValue>): number =>
  Number(key.slice(key.lastIndexOf('/') + 1));

function endedForm(ref: PolicyRef, entry: Entry<HistoryValue>): PolicyFormInput {
  const { action, previous, author, time, change } = entry.value;
  return {
    policy: toPolicy(ref, { value: previous, modRevision: revisionOf(entry) }),
    ended: action === 'delete' ? 'deleted' : 'replaced',
    endedBy: author,
    endedAt: time,
    endedRevision: entry.createRevision,
    endedChange: change ?? '',
  };
}
