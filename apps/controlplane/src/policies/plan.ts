import { isDeepStrictEqual } from 'node:util';
import type { ExpectationInput, PolicyResult, ProblemInput } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import {
  keys,
  type Condition,
  type Entry,
  type HistoryValue,
  type Op,
  type PolicyValue,
} from '@sluice/store';

/** A policy of the text that is applied, already valid. */
export interface Wanted {
  readonly ref: PolicyRef;
  readonly document: unknown;
  /** Its place in the text, from 0. */
  readonly index: number;
}

/** What all documents of one change share. */
export interface Change {
  readonly id: string;
  readonly author: string;
  /** RFC 3339 */
  readonly time: string;
  readonly newUid: () => string;
  /** Policies of a mirror or directory may be written too: they belong to the API afterwards. */
  readonly detach?: boolean;
  /** An admin makes it: policies of every tier may be changed. */
  readonly admin?: boolean;
  /** The control plane itself makes it: policies of every owner may be changed. */
  readonly anyOwner?: boolean;
  /** A plan's revision: in conflict if any policy was changed after it. */
  readonly planned?: number;
  /** RFC 3339: it is taken back then unless it is confirmed. */
  readonly confirmUntil?: string;
}

export type Action = 'created' | 'configured' | 'unchanged' | 'deleted';

/** One transaction and what it does: nothing of it holds unless every condition does. */
export interface Plan {
  readonly results: readonly {
    readonly ref: PolicyRef;
    readonly action: Action;
    readonly revision: number;
  }[];
  readonly conditions: readonly Condition[];
  readonly ops: readonly Op[];
}

export type Present = ReadonlyMap<string, Entry<PolicyValue>>;

export const keyOf = ({ kind, scope, name }: PolicyRef) => keys.policy(kind, scope, name);
export const nameOf = ({ kind, scope, name }: PolicyRef) => `${kind} ${scope}/${name}`;

export const unchangedSince = (key: string, entry: Entry | undefined): Condition =>
  entry === undefined ? { key, absent: true } : { key, modRevision: entry.modRevision };

/** Keeps the form that a change replaces or deletes. */
export function historyOp(
  ref: PolicyRef,
  entry: Entry<PolicyValue>,
  action: HistoryValue['action'],
  change: Change,
): Op {
  const { author, time, id } = change;
  const value: HistoryValue = { action, previous: entry.value, author, time, change: id };
  return { put: keys.history(ref.kind, ref.scope, ref.name, entry.modRevision), value };
}

/**
 * What applying the wanted policies to the present ones does. An unchanged document is only a condition: it writes nothing, unless
 * it is taken over from another owner.
 */
export function planApply(wanted: readonly Wanted[], present: Present, change: Change): Plan {
  const results: Plan['results'][number][] = [];
  const conditions: Condition[] = [];
  const ops: Op[] = [];
  for (const { ref, document } of wanted) {
    const key = keyOf(ref);
    const entry = present.get(key);
    conditions.push(unchangedSince(key, entry));
    const taken = change.detach === true && entry !== undefined && entry.value.owner !== 'api';
    const same = !taken && entry !== undefined && isDeepStrictEqual(entry.value.document, document);
    const action: Action = same ? 'unchanged' : entry === undefined ? 'created' : 'configured';
    results.push({ ref, action, revision: entry?.modRevision ?? 0 });
    if (same) continue;
    if (entry !== undefined) ops.push(historyOp(ref, entry, 'apply', change));
    const uid = entry?.value.uid ?? change.newUid();
    const { author, time, id } = change;
    const value: PolicyValue = { uid, document, author, time, change: id, owner: 'api' };
    ops.push({ put: key, value });
  }
  return { results, conditions, ops };
}

/** What deleting policies, all present, does: the last form goes into history. */
export function planDelete(refs: readonly PolicyRef[], present: Present, change: Change): Plan {
  const results: Plan['results'][number][] = [];
  const conditions: Condition[] = [];
  const ops: Op[] = [];
  for (const ref of refs) {
    const key = keyOf(ref);
    const entry = present.get(key);
    conditions.push(unchangedSince(key, entry));
    if (entry === undefined) continue;
    results.push({ ref, action: 'deleted', revision: entry.modRevision });
    ops.push(historyOp(ref, entry, 'delete', change), { delete: key });
  }
  return { results, conditions, ops };
}

/** The results as the API has them; what was written bears the transaction's revision. */
export function resultsOf(plan: Plan, revision: number): PolicyResult[] {
  return plan.results.map(({ ref, action, revision: before }) => ({
    policy: { ...ref },
    action,
    revision: action === 'unchanged' ? before : revision,
  }));
}

/** Policies that the API may not change because something else writes them. */
export function foreign(refs: readonly PolicyRef[], present: Present): ProblemInput[] {
  return refs.flatMap((ref, document) => {
    const owner = present.get(keyOf(ref))?.value.owner ?? 'api';
    if (owner === 'api') return [];
    return [
      {
        document,
        path: '$.metadata',
        message: `${nameOf(ref)} belongs to the ${owner}`,
        hint: 'change it there',
      },
    ];
  });
}

/** Who made the live form, and when. */
export const changedBy = ({ value }: Entry<PolicyValue>): string => `${value.author}, ${value.time}`;

/** Policies that are not as the conditions of a plan want them any more: each a problem that names who changed it and when. */
export function changedMeanwhile(
  { conditions }: Plan,
  refs: readonly PolicyRef[],
  present: Present,
): ProblemInput[] {
  const wanted = new Map(conditions.map((condition) => [condition.key, condition]));
  return refs.flatMap((ref) => {
    const condition = wanted.get(keyOf(ref));
    const entry = present.get(keyOf(ref));
    const expected = condition !== undefined && 'modRevision' in condition ? condition.modRevision : 0;
    if (condition === undefined || expected === (entry?.modRevision ?? 0)) return [];
    const how = entry === undefined ? 'was deleted' : `was changed by ${changedBy(entry)}`;
    return [{ message: `${nameOf(ref)} ${how}`, hint: 'read it again and repeat the change on that form' }];
  });
}

/** Expectations that do not hold: each a problem that names both revisions. */
export function unmet(expectations: readonly ExpectationInput[], present: Present): ProblemInput[] {
  return expectations.flatMap(({ policy, revision }) => {
    const { kind = '', scope = '', name = '' } = policy ?? {};
    const entry = present.get(keys.policy(kind, scope, name));
    const now = entry?.modRevision ?? 0;
    const wanted = Number(revision ?? 0);
    if (now === wanted) return [];
    const standing = entry === undefined ? 'does not exist' : `is at revision ${now} (${changedBy(entry)})`;
    const message = `${nameOf({ kind, scope, name })} ${standing}, not ${wanted === 0 ? 'absent' : `at ${wanted}`}`;
    return [{ message, hint: 'read it again and repeat the change on that form' }];
  });
}
