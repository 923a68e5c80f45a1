import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type {
  ApplyRequest,
  ApplyResponseInput,
  DeletePolicyRequest,
  Expectation,
  PolicyInput,
  Realization,
} from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { keys, type Entry, type PolicyValue } from '@sluice/store';
import { AuditLog, type AuditRecord } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { Failure, invalid, notFound } from '../failure.js';
import { Metrics } from '../metrics/metrics.js';
import { StoreGate } from '../store/gate.js';
import { expiredProblems } from '../life/expiry.js';
import { MapRoom } from '../plan/room.service.js';
import { Commits, notOurs, type Outcome, type Planner } from './commits.js';
import { History } from './history.js';
import { Limits } from './limits.js';
import { networkProblems } from './networks.js';
import { parsePolicies } from './parse.js';
import { keyOf, nameOf, planApply, planDelete } from './plan.js';
import { resultsOf, unmet } from './plan.js';
import type { Change, Wanted } from './plan.js';
import { Realizations } from './realization.js';
import { refusedTiers } from './tiers.js';

const DEFAULT_WAIT_SECONDS = 30;

/** A change that other parts of the control plane plan. */
export interface Transaction {
  /** All policies that the plan looks at: each is among its conditions. */
  readonly refs: readonly PolicyRef[];
  /** Run on the present forms, once more after a lost race; may throw a Failure. */
  readonly planner: Planner;
  readonly change: Change;
  readonly event: AuditRecord['event'];
  readonly caller: Caller;
}
/** How it is answered. */
export type Answering = Pick<ApplyRequest, 'dryRun' | 'ifMatch' | 'waitRealized' | 'timeoutSeconds'>;
const AT_ONCE: Answering = { dryRun: false, ifMatch: [], waitRealized: false, timeoutSeconds: 0 };

/** How an apply came about. */
export interface ApplyAs {
  readonly event: 'apply' | 'rollback';
  /** Also what a mirror or directory owns: it belongs to the API afterwards. */
  readonly detach: boolean;
}
const PLAIN: ApplyAs = { event: 'apply', detach: false };

/** An apply that does not depend on a plan, holds at once and respects the limits. */
export const PLAIN_APPLY = { planRevision: 0, confirmSeconds: 0, force: false } as const;

/** Policies in the store: validated, changed in one transaction or not at all, every earlier form kept. */
@Injectable()
export class PoliciesService {
  private readonly logger = new Logger('Policies');

  constructor(
    private readonly gate: StoreGate,
    private readonly commits: Commits,
    private readonly limits: Limits,
    private readonly realizations: Realizations,
    private readonly history: History,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
    private readonly room: MapRoom,
  ) {}

  /**
   * Applies all documents of a text or none. INVALID_ARGUMENT with problems where one is wrong; ABORTED where an expectation does
   * not hold or somebody else changed the same policies; RESOURCE_EXHAUSTED above a limit, also that of a policy map unless `force`. A dry run answers problems instead.
   */
  async apply(
    request: ApplyRequest,
    caller: Caller,
    signal?: AbortSignal,
    { event, detach }: ApplyAs = PLAIN,
  ): Promise<ApplyResponseInput> {
    this.limits.checkText(request.text);
    const { policies, problems } = parsePolicies(request.text, request.file);
    this.limits.checkDocuments(policies);
    problems.push(...(await networkProblems(policies, request.file, (read) => this.gate.use(read))));
    problems.push(...expiredProblems(policies, request.file, Date.now()));
    if (problems.length > 0) return failed(request.dryRun, problems.length, problems);
    if (policies.length === 0) throw invalid('the text holds no document');
    const tooFull = request.force || event === 'rollback' ? [] : await this.room.problems(policies, signal);
    if (tooFull.length > 0) return refused(request.dryRun, tooFull);
    mentioned(request.ifMatch, policies);
    const change: Change = {
      ...changeOf(caller),
      detach,
      ...confirmation(request.confirmSeconds),
      ...planOf(request),
    };
    const refs = policies.map(({ ref }) => ref);
    const planner: Planner = (present) => planApply(policies, present, change);
    return this.transact({ refs, planner, change, event, caller }, request, signal);
  }

  /**
   * Makes a change in one transaction, with its history, its key `changes/<id>` and an audit line. ABORTED where somebody else
   * changed the same policies or an expectation does not hold, FAILED_PRECONDITION and PERMISSION_DENIED for policies that are not
   * the caller's to change, RESOURCE_EXHAUSTED above a limit. A dry run answers problems instead of the first three.
   */
  async transact(
    { refs, planner, change, event, caller }: Transaction,
    answering: Answering = AT_ONCE,
    signal?: AbortSignal,
  ): Promise<ApplyResponseInput> {
    const { ifMatch } = answering;
    if (answering.dryRun) return this.dryRun(refs, ifMatch, change, planner);
    const outcome = await this.commits.commit({ refs, ifMatch, change, planner });
    this.record(event, caller, change, outcome);
    return this.answer(outcome, change, answering, signal);
  }

  /** Deletes all named policies or none. NOT_FOUND names those that are not there. */
  async delete(
    request: DeletePolicyRequest,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<ApplyResponseInput> {
    const refs = [...new Map(request.policies.map((ref) => [keyOf(ref), ref])).values()];
    if (refs.length === 0) throw invalid('no policy is named');
    if (refs.some(({ kind, scope, name }) => kind === '' || scope === '' || name === '')) {
      throw invalid(
        'a policy is named by kind, scope and name',
        'scope is the namespace, _cluster for cluster-wide kinds',
      );
    }
    const change = changeOf(caller);
    const planner: Planner = (present) => {
      const missing = refs.filter((ref) => !present.has(keyOf(ref)));
      if (missing.length > 0)
        throw notFound(`there is no ${missing.map(nameOf).join(', ')}`, 'nothing was deleted');
      return planDelete(refs, present, change);
    };
    return this.transact({ refs, planner, change, event: 'delete', caller }, request, signal);
  }

  /** One policy, read linearizably. NOT_FOUND if it is not there. */
  async get(ref: PolicyRef): Promise<PolicyInput & { readonly generation: number }> {
    const entry = await this.gate.use((store) => store.get<PolicyValue>(keyOf(ref)));
    if (entry === null) throw notFound(`there is no ${nameOf(ref)}`);
    return { ...toPolicy(ref, entry), generation: (await this.gate.cluster()).value.generation };
  }

  /** All policies, of one kind and scope where they are given, read linearizably. */
  async list(kind: string, scope: string) {
    const cluster = await this.gate.cluster();
    const { entries, revision } = await this.gate.use((store) => store.list<PolicyValue>(keys.policies()));
    const policies = entries
      .map((entry) => toPolicy(refOf(entry.key), entry))
      .filter(({ ref }) => (kind === '' || ref?.kind === kind) && (scope === '' || ref?.scope === scope));
    return { policies, revision: { generation: cluster.value.generation, revision } };
  }

  private async dryRun(
    refs: readonly PolicyRef[],
    ifMatch: readonly Expectation[],
    change: Change,
    planner: Planner,
  ) {
    const { value } = await this.gate.cluster();
    const present = await this.commits.read(refs);
    const plan = planner(present, change);
    const above = refusedTiers(plan, present, change).map((name) => ({
      path: '$.spec.tier',
      message: `${name}: policies of the admin and baseline tiers are changed by role admin only`,
    }));
    const problems = [...notOurs(refs, present, change), ...above, ...unmet(ifMatch, present)];
    const { generation } = value;
    return { results: resultsOf(plan, 0), revision: { generation, revision: 0 }, change: '', problems };
  }

  private async answer(
    { plan, generation, revision }: Outcome,
    change: Change,
    request: { readonly waitRealized: boolean; readonly timeoutSeconds: number },
    signal?: AbortSignal,
  ): Promise<ApplyResponseInput> {
    const written = plan.ops.length > 0;
    const answer = {
      results: resultsOf(plan, revision),
      revision: { generation, revision },
      change: written ? change.id : '',
      confirmUntil: written ? (change.confirmUntil ?? '') : '',
    };
    if (written) this.history.prune(plan.results.map(({ ref }) => ref));
    if (!request.waitRealized) return answer;
    const seconds = request.timeoutSeconds === 0 ? DEFAULT_WAIT_SECONDS : request.timeoutSeconds;
    const realization: Realization = await this.realizations.wait(
      { generation, revision },
      seconds * 1000,
      signal,
    );
    return { ...answer, realization };
  }

  private record(
    event: AuditRecord['event'],
    caller: Caller,
    change: Change,
    { plan, revision }: Outcome,
  ): void {
    const changed = plan.results.filter(({ action }) => action !== 'unchanged');
    for (const { action } of changed) this.metrics.changes.inc({ action });
    if (changed.length === 0) return;
    const what = changed.map(({ ref, action }) => `${action} ${nameOf(ref)}`);
    this.audit.write({
      event,
      user: caller.name,
      role: caller.role,
      what: what.join(', '),
      change: change.id,
      revision,
    });
    this.logger.log(`${caller.name} at revision ${revision}: ${what.join(', ')}`);
  }
}

/** A new change of a caller. */
export const changeOf = (caller: Caller): Change => ({
  id: randomUUID(),
  author: caller.name,
  time: new Date().toISOString(),
  newUid: randomUUID,
  admin: caller.role === 'admin',
});

const MOST_CONFIRM_SECONDS = 24 * 3600;

/** Until when a change has to be confirmed; nothing where it holds at once. Throws INVALID_ARGUMENT above a day. */
function confirmation(seconds: number): Pick<Change, 'confirmUntil'> {
  if (seconds === 0) return {};
  if (seconds > MOST_CONFIRM_SECONDS)
    throw invalid(`a confirmation is waited for at most 24 h, not ${seconds} s`);
  return { confirmUntil: new Date(Date.now() + seconds * 1000).toISOString() };
}

/** The plan that an apply depends on. */
const planOf = ({ planRevision }: ApplyRequest): Pick<Change, 'planned'> =>
  planRevision === 0 ? {} : { planned: planRevision };

/** An expectation about a policy that the text does not hold is a mistake of the caller. */
function mentioned(ifMatch: readonly Expectation[], policies: readonly Wanted[]): void {
  const inside = new Set(policies.map(({ ref }) => keyOf(ref)));
  for (const { policy } of ifMatch) {
    if (policy === null || !inside.has(keyOf(policy))) {
      const named = policy === null ? 'no policy' : nameOf(policy);
      throw invalid(`an expectation names ${named}, which the text does not hold`);
    }
  }
}

/** What is above a limit: a dry run tells it, a real apply fails. */
function refused(dryRun: boolean, problems: NonNullable<ApplyResponseInput['problems']>): ApplyResponseInput {
  if (dryRun) return { results: [], problems };
  throw new Failure('RESOURCE_EXHAUSTED', problems[0]?.message ?? '', problems[0]?.hint ?? '', problems);
}

function failed(
  dryRun: boolean,
  count: number,
  problems: NonNullable<ApplyResponseInput['problems']>,
): ApplyResponseInput {
  if (dryRun) return { results: [], problems };
  const first = problems[0];
  const where = first?.line ? ` (line ${first.line})` : '';
  const more = count > 1 ? `, and ${count - 1} more` : '';
  throw invalid(
    `${first?.path ?? ''}: ${first?.message ?? 'invalid'}${where}${more}`,
    'nothing was changed',
    problems,
  );
}

/** `shared/policies/<kind>/<scope>/<name>` back into its parts. */
export function refOf(key: string): PolicyRef {
  const [kind = '', scope = '', name = ''] = key.slice(keys.policies().length).split('/');
  return { kind, scope, name };
}

/** A form of a policy as the API has it. */
export function toPolicy(
  ref: PolicyRef,
  { value, modRevision }: Pick<Entry<PolicyValue>, 'value' | 'modRevision'>,
): PolicyInput {
  const { uid, author, time, owner, change } = value;
  return {
    ref: { ...ref },
    uid,
    revision: modRevision,
    documentJson: JSON.stringify(value.document),
    author,
    time,
    owner,
    change,
  };
}
