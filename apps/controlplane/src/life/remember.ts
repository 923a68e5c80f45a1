import { keys, type ChangeValue, type LastChangeValue, type Op, type PendingValue } from '@sluice/store';
import type { Room } from '../policies/limits.js';
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
  const last: LastChangeValue = { change: id };
  const ops: Op[] = [...plan.ops, { put: keys.change(id), value }, { put: keys.lastChange(), value: last }];
  if (confirmUntil !== undefined) {
    const pending: PendingValue = { author, deadline: confirmUntil };
    ops.push({ put: keys.pending(id), value: pending });
  }
  return { ...plan, ops };
}

/** What of each policy is in the way back, but was not in the way forth: who ended its form and when, and why it was left. */
const EACH_BYTES = 512;

/** How much larger the way back is: a change that is to be taken back by itself must not turn out to be too large for that. */
export function roomFor({ results }: Plan, { confirmUntil }: Change): Room {
  if (confirmUntil === undefined) return { ops: 0, bytes: 0 };
  const created = results.filter(({ action }) => action === 'created').length;
  // A form that was created is one operation; deleting it and keeping it in history are two. Two more end the wait.
  return { ops: created + 2, bytes: (results.length + 8) * EACH_BYTES };
}
