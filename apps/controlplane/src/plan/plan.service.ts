import { Injectable } from '@nestjs/common';
import type { PlanRequest, PlanResponseInput, PolicyResultInput } from '@sluice/api';
import { isDeepStrictEqual } from 'node:util';
import { plan, PolicyForms, type PolicyRef, type StoredPolicy } from '@sluice/policy';
import { inSlices } from '../explain/slices.js';
import { invalid, notFound } from '../failure.js';
import { RecordedFlows } from '../flows-recorded/recorded.service.js';
import { Limits } from '../policies/limits.js';
import { networkProblems } from '../policies/networks.js';
import { parsePolicies } from '../policies/parse.js';
import { keyOf, nameOf } from '../policies/plan.js';
import { StoreGate } from '../store/gate.js';
import { ClusterWorld } from '../world/snapshot.js';
import { planInput } from './input.js';
import { changedFlows, partyMessage, rowMessage, workloadsOf } from './message.js';
import { CAPACITY, isTooFull } from './room.service.js';

const MOST_ROWS = 10_000;
const NOBODY = '';
const NO_VERDICT = 'VERDICT_UNSPECIFIED';

/** What applying documents, or deleting policies, would change. Nothing is written. */
@Injectable()
export class PlanService {
  constructor(
    private readonly world: ClusterWorld,
    private readonly gate: StoreGate,
    private readonly limits: Limits,
    private readonly recorded: RecordedFlows,
    private readonly forms: PolicyForms,
  ) {}

  /**
   * Verdicts that change between live workloads, and recorded flows that would meet another verdict. Mistakes of the text are
   * `problems`; NOT_FOUND where a policy that is to be deleted is not there, UNAVAILABLE where the store cannot be read.
   */
  async plan(request: PlanRequest, signal: AbortSignal): Promise<PlanResponseInput> {
    const { text, file } = request;
    this.limits.checkText(text);
    const { policies, problems } = parsePolicies(text, file);
    problems.push(...(await networkProblems(policies, file, (read) => this.gate.use(read))));
    if (problems.length > 0) return { problems };
    if (policies.length === 0 && request.delete.length === 0)
      throw invalid('nothing is to be planned', 'send documents, or name policies to delete');
    const snapshot = this.world.snapshot();
    const present = new Map(snapshot.policies.map((policy) => [keyOf(policy), policy]));
    const missing = request.delete.filter((ref) => !present.has(keyOf(ref)));
    if (missing.length > 0) throw notFound(`there is no ${missing.map(nameOf).join(', ')}`);
    const wanted = policies.map(({ ref, document }): StoredPolicy => {
      const old = present.get(keyOf(ref));
      if (old && isDeepStrictEqual(old.document, document)) return old;
      return { ...ref, uid: old?.uid ?? NOBODY, revision: 0, document };
    });
    const put = wanted.filter((policy) => present.get(keyOf(policy)) !== policy);
    const limit = request.limit === 0 ? MOST_ROWS : Math.min(request.limit, MOST_ROWS);
    const input = planInput(snapshot, { put, deleted: request.delete, limit }, this.forms);
    const [result, recorded] = await Promise.all([
      inSlices(plan(input), signal),
      this.recorded.recorded({ limit: MOST_ROWS }, signal),
    ]);
    const names = workloadsOf(snapshot);
    const sizes = result.sizes.filter(({ before, after }) => before !== after);
    return {
      revision: snapshot.revision,
      results: [
        ...wanted.map((p) => resultOf(p, present)),
        ...request.delete.map((r) => deletedOf(r, present)),
      ],
      rows: result.rows.map((row) => rowMessage(row, names)),
      gained: result.gained,
      lost: result.lost,
      sizes: sizes.map(({ subject, before, after }) => ({
        subject: partyMessage(subject, names),
        before,
        after,
      })),
      capacity: CAPACITY,
      needsForce: sizes.some(isTooFull),
      // A row with a staged verdict repeats a connection that has a row of its own.
      flows: changedFlows(
        result.rows,
        recorded.flows.filter(({ staged = NO_VERDICT }) => staged === NO_VERDICT),
      ),
      flowsSince: recorded.since,
      silentNodes: recorded.silentNodes,
    };
  }
}

type Present = ReadonlyMap<string, StoredPolicy>;

function resultOf(policy: StoredPolicy, present: Present): PolicyResultInput {
  const { kind, scope, name } = policy;
  const old = present.get(keyOf(policy));
  const action = old === undefined ? 'created' : old === policy ? 'unchanged' : 'configured';
  return { policy: { kind, scope, name }, action, revision: old?.revision ?? 0 };
}

const deletedOf = (ref: PolicyRef, present: Present): PolicyResultInput => ({
  policy: { ...ref },
  action: 'deleted',
  revision: present.get(keyOf(ref))?.revision ?? 0,
});
