import { keys, type ChangeValue, type Op, type PendingValue } from '@sluice/store';
import type { Change, Plan } from '../policies/plan.js';

/**
 * A plan that also writes what its change did, at `changes/<id>`, so that all of it can be found and taken back; and, where the
 * change has to be confirmed, until when. A plan that changes no policy stays as it is.
 */
export function remembered(plan: Plan, change: Change): Plan {
  if (plan.ops.length === 0) return plan;
  const { id, author, time, confirmUntil } = change;
  const policies = plan.results
    .filter(({ action }) => action !== 'unchanged')
    .map(({ ref: { kind, scope, name }, action, revision }) => {
      return { kind, scope, name, before: revision, deleted: action === 'deleted' };
    });
  if (policies.length === 0) return plan;
  const value: ChangeValue = { author, time, policies };
  const ops: Op[] = [...plan.ops, { put: keys.change(id), value }];
  if (confirmUntil !== undefined) {
    const pending: PendingValue = { author, deadline: confirmUntil };
    ops.push({ put: keys.pending(id), value: pending });
  }
  return { ...plan, ops };
}
