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
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, Failure, forbidden, invalid, notFound } from '../failure.js';
import { Metrics } from '../metrics/metrics.js';
import { StoreGate, type ClusterEntry } from '../store/gate.js';
import { History } from './history.js';
import { Limits } from './limits.js';
import { parsePolicies } from './parse.js';
import { foreign, keyOf, nameOf, planApply, planDelete, resultsOf, unmet } from './plan.js';
import type { Change, Plan, Present, Wanted } from './plan.js';
import { Realizations } from './realization.js';
import { refusedTiers } from './tiers.js';

/** Above this many policies one list is cheaper than single reads. */
const LIST_ABOVE = 16;
const DEFAULT_WAIT_SECONDS = 30;

interface Outcome {
  readonly plan: Plan;
  readonly generation: number;
  /** What must be realized for the change to hold. */
  readonly revision: number;
}

type Planner = (present: Present, change: Change) => Plan;

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
    private readonly limits: Limits,
    private readonly realizations: Realizations,
    private readonly history: History,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Applies all documents of a text or none. INVALID_ARGUMENT with problems where one is wrong; ABORTED where an expectation does
   * not hold or somebody else changed the same policies; RESOURCE_EXHAUSTED above a limit. A dry run answers problems instead.
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
    if (problems.length > 0) return failed(request.dryRun, problems.length, problems);
    if (policies.length === 0) throw invalid('the text holds no document');
    mentioned(request.ifMatch, policies);
    const change: Change = { ...changeOf(caller), detach };
    const refs = policies.map(({ ref }) => ref);
    const planner: Planner = (present) => planApply(policies, present, change);
    if (request.dryRun) return this.dryRun(refs, request.ifMatch, change, planner);
    const outcome = await this.commit(refs, request.ifMatch, change, planner);
    this.record(event, caller, change, outcome);
    return this.answer(outcome, change, request, signal);
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
    if (request.dryRun) return this.dryRun(refs, request.ifMatch, change, planner);
    const outcome = await this.commit(refs, request.ifMatch, change, planner);
    this.record('delete', caller, change, outcome);
    return this.answer(outcome, change, request, signal);
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
    const present = await this.read(refs);
    const plan = planner(present, change);
    const above = refusedTiers(plan, present, change).map((name) => ({
      path: '$.spec.tier',
      message: `${name}: policies of the admin and baseline tiers are changed by role admin only`,
    }));
    const problems = [...notOurs(refs, present, change), ...above, ...unmet(ifMatch, present)];
    const { generation } = value;
    return { results: resultsOf(plan, 0), revision: { generation, revision: 0 }, change: '', problems };
  }

  /**
   * Reads, plans and writes; a lost race is run once more unless the caller named the form that he means, or the store itself is
   * another than was thought.
   */
  private async commit(
    refs: readonly PolicyRef[],
    ifMatch: readonly Expectation[],
    change: Change,
    planner: Planner,
  ): Promise<Outcome> {
    let cluster = await this.gate.knownCluster();
    let attempts = ifMatch.length === 0 ? 2 : 1;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const outcome = await this.attempt(refs, ifMatch, change, planner, cluster);
      if (outcome !== null) return outcome;
      this.metrics.conflicts.inc();
      const present = await this.gate.cluster();
      if (present.modRevision !== cluster.modRevision && attempts < 3) attempts += 1;
      cluster = present;
    }
    throw aborted(
      'somebody else changed the same policies at the same moment',
      'nothing was changed: repeat the call',
    );
  }

  private async attempt(
    refs: readonly PolicyRef[],
    ifMatch: readonly Expectation[],
    change: Change,
    planner: Planner,
    cluster: ClusterEntry,
  ): Promise<Outcome | null> {
    const present = await this.read(refs);
    const stale = unmet(ifMatch, present);
    if (stale.length > 0) throw aborted(stale[0]?.message ?? 'conflict', 'nothing was changed', stale);
    const owned = notOurs(refs, present, change);
    if (owned.length > 0)
      throw new Failure('FAILED_PRECONDITION', owned[0]?.message ?? 'not the owner', '', owned);
    const plan = planner(present, change);
    const above = refusedTiers(plan, present, change);
    if (above.length > 0)
      throw forbidden(
        `${above.join(', ')}: policies of the admin and baseline tiers are changed by role admin only`,
        'nothing was changed',
      );
    const { generation } = cluster.value;
    if (plan.ops.length === 0)
      return { plan, generation, revision: Math.max(...plan.results.map((r) => r.revision)) };
    this.limits.checkPlan(plan);
    const conditions = [...plan.conditions, { key: keys.cluster(), modRevision: cluster.modRevision }];
    const { succeeded, revision } = await this.gate.use((store) => store.txn(conditions, plan.ops));
    return succeeded ? { plan, generation, revision } : null;
  }

  private async read(refs: readonly PolicyRef[]): Promise<Present> {
    return this.gate.use(async (store) => {
      const entries =
        refs.length > LIST_ABOVE
          ? (await store.list<PolicyValue>(keys.policies())).entries
          : await Promise.all(refs.map((ref) => store.get<PolicyValue>(keyOf(ref))));
      return new Map(entries.flatMap((entry) => (entry === null ? [] : [[entry.key, entry]])));
    });
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
    event: ApplyAs['event'] | 'delete',
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

const changeOf = (caller: Caller): Change => ({
  id: randomUUID(),
  author: caller.name,
  time: new Date().toISOString(),
  newUid: randomUUID,
  admin: caller.role === 'admin',
});

const notOurs = (refs: readonly PolicyRef[], present: Present, { detach }: Change) =>
  detach === true ? [] : foreign(refs, present);

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
