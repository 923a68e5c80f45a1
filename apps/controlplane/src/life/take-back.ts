import type { PolicyRef } from '@sluice/policy';
import type {
  ChangedPolicy,
  ChangeValue,
  Condition,
  Entry,
  HistoryValue,
  Op,
  PolicyValue,
} from '@sluice/store';
import {
  changedBy,
  historyOp,
  keyOf,
  nameOf,
  unchangedSince,
  type Change,
  type Plan,
  type Present,
} from '../policies/plan.js';

/** What is kept of a policy that a change touched. */
export interface Kept {
  /** The form that the change replaced or deleted; null: there was none, or it is not kept any more. */
  readonly previous: PolicyValue | null;
  /** True where history has forms of a later time than the change: it was there again in between. */
  readonly later: boolean;
}

export interface TakingBack {
  readonly plan: Plan;
  /** Policies that stay as they are, each with why. */
  readonly left: readonly { readonly ref: PolicyRef; readonly why: string }[];
}

/** What history keeps of a policy, as its change needs it. `entries` are all its forms. */
export function keptOf(
  { before }: ChangedPolicy,
  entries: readonly Entry<HistoryValue>[],
  revision: number,
): Kept {
  const revisionOf = ({ key }: Entry) => Number(key.slice(key.lastIndexOf('/') + 1));
  const form = before === 0 ? undefined : entries.find((entry) => revisionOf(entry) === before);
  return {
    previous: form?.value.previous ?? null,
    later: entries.some((entry) => revisionOf(entry) > revision),
  };
}

/**
 * What takes a whole change back: policies that it created are deleted, those that it replaced or deleted get their earlier form and
 * owner (the API's where the change detaches). What somebody changed since is left. Pure.
 */
export function planTakeBack(
  changed: Entry<ChangeValue>,
  kept: ReadonlyMap<string, Kept>,
  present: Present,
  change: Change,
): TakingBack {
  const results: Plan['results'][number][] = [];
  const conditions: Condition[] = [];
  const ops: Op[] = [];
  const left: { ref: PolicyRef; why: string }[] = [];
  for (const one of changed.value.policies) {
    const ref = { kind: one.kind, scope: one.scope, name: one.name };
    const key = keyOf(ref);
    const entry = present.get(key);
    const known = kept.get(key);
    const why = untouched(one, changed.createRevision, entry, known);
    if (why !== null) {
      left.push({ ref, why: `${nameOf(ref)} ${why}` });
      continue;
    }
    conditions.push(unchangedSince(key, entry));
    const previous = known?.previous ?? null;
    if (entry !== undefined) ops.push(historyOp(ref, entry, previous === null ? 'delete' : 'apply', change));
    if (previous === null) {
      ops.push({ delete: key });
      results.push({ ref, action: 'deleted', revision: entry?.modRevision ?? 0 });
      continue;
    }
    const { id, author, time, detach } = change;
    const value: PolicyValue = { ...previous, author, time, change: id };
    ops.push({ put: key, value: detach === true ? { ...value, owner: 'api' } : value });
    const action = entry === undefined ? 'created' : 'configured';
    results.push({ ref, action, revision: entry?.modRevision ?? 0 });
  }
  return { plan: { results, conditions, ops }, left };
}

/** Null where the policy is as the change left it and can go back; else why not. */
function untouched(
  { before, deleted }: ChangedPolicy,
  revision: number,
  entry: Entry<PolicyValue> | undefined,
  kept: Kept | undefined,
): string | null {
  if (entry !== undefined && entry.modRevision !== revision) return `was changed by ${changedBy(entry)}`;
  if (deleted ? kept?.later === true : entry === undefined) return 'was changed and deleted since';
  if (before !== 0 && (kept?.previous ?? null) === null) return 'has no earlier form that is still kept';
  return null;
}
