import { isDeepStrictEqual } from 'node:util';
import type { PolicyRef } from '@sluice/policy';
import {
  keys,
  type Condition,
  type DirectoryProblem,
  type Entry,
  type Op,
  type PolicyValue,
} from '@sluice/store';
import { expiresAt } from '../life/expiry.js';
import {
  historyOp,
  keyOf,
  nameOf,
  unchangedSince,
  type Change,
  type Plan,
  type Present,
} from '../policies/plan.js';
import type { Content, Mistake } from './read.js';

export interface Sync {
  readonly plan: Plan;
  readonly problems: readonly DirectoryProblem[];
}

const KEPT = 'its last accepted form holds';
const SHUT = 'it isolates its subject and allows nothing';
const UNKNOWN = 'its subject cannot be read, so it does nothing';
const UNPRUNED = 'nothing is pruned until it can be read';

class Planning {
  readonly results: Plan['results'][number][] = [];
  readonly conditions: Condition[] = [];
  readonly ops: Op[] = [];
  readonly problems: DirectoryProblem[] = [];
  readonly consequences = new Map<string, string>();
  readonly named = new Set<string>();

  constructor(
    readonly present: Present,
    readonly change: Change,
  ) {}

  /** Takes a policy for the directory. False, with a problem told, where somebody else owns it. */
  own(ref: PolicyRef, file: string, line: number): boolean {
    const key = keyOf(ref);
    this.named.add(key);
    const owner = this.present.get(key)?.value.owner ?? 'directory';
    if (owner === 'directory') return true;
    const message = `${nameOf(ref)} belongs to the ${owner} (delete it there, and the directory applies its own)`;
    const consequence = `the form of the ${owner} holds`;
    this.problems.push({ level: 'error', file, line, path: '$.metadata', message, consequence });
    this.consequences.set(key, consequence);
    return false;
  }

  /** Writes a form unless it is there. */
  put(ref: PolicyRef, document: unknown, refused?: string): void {
    const key = keyOf(ref);
    const entry = this.present.get(key);
    const before = entry?.value;
    if (before?.refused === refused && isDeepStrictEqual(before?.document, document)) return;
    this.touch(ref, entry, 'apply');
    this.results.push({
      ref,
      action: entry === undefined ? 'created' : 'configured',
      revision: entry?.modRevision ?? 0,
    });
    const { id, author, time, newUid } = this.change;
    const value: PolicyValue = {
      uid: before?.uid ?? newUid(),
      ...{ document, author, time, change: id, owner: 'directory' },
      ...(refused === undefined ? {} : { refused }),
    };
    this.ops.push({ put: key, value });
  }

  remove(ref: PolicyRef, entry: Entry<PolicyValue>): void {
    this.touch(ref, entry, 'delete');
    this.results.push({ ref, action: 'deleted', revision: entry.modRevision });
    this.ops.push({ delete: keyOf(ref) });
  }

  private touch(ref: PolicyRef, entry: Entry<PolicyValue> | undefined, action: 'apply' | 'delete'): void {
    this.conditions.push(unchangedSince(keyOf(ref), entry));
    if (entry !== undefined) this.ops.push(historyOp(ref, entry, action, this.change));
  }
}

/**
 * What makes the store hold what the files say: sound policies as they are; of the others the last accepted form, or where there is
 * none a form that isolates the subject; and nothing else that the directory owns. What others own is left. Pure.
 */
export function planSync(content: Content, present: Present, change: Change, now: number): Sync {
  const planning = new Planning(present, change);
  for (const { ref, document, file, line } of content.accepted) {
    const end = expiresAt(document);
    if (end !== null && end <= now) {
      const message = `${nameOf(ref)} has ended at ${new Date(end).toISOString()}`;
      const consequence = 'it is not applied; take it out of the file';
      const place = { file, line, path: '$.spec.expires' };
      planning.problems.push({ level: 'warning', ...place, message, consequence });
    } else if (planning.own(ref, file, line)) planning.put(ref, document);
  }
  for (const { ref, shut, why } of content.refused) {
    const key = keyOf(ref);
    const mistake = content.mistakes.find((one) => one.key === key);
    if (!planning.own(ref, mistake?.file ?? '', mistake?.line ?? 0)) continue;
    const before = present.get(key)?.value;
    if (before !== undefined && before.refused === undefined) planning.consequences.set(key, KEPT);
    else if (shut !== null) {
      planning.put(ref, shut, why);
      planning.consequences.set(key, SHUT);
    } else planning.consequences.set(key, before === undefined ? UNKNOWN : SHUT);
  }
  prune(content, planning);
  const { results, conditions, ops, problems, consequences } = planning;
  return {
    plan: { results, conditions, ops },
    problems: [...content.mistakes.map((one) => toProblem(one, consequences)), ...problems],
  };
}

/** Takes away what the directory owns and does not hold any more, if it is known what it holds. */
function prune({ complete, files }: Content, planning: Planning): void {
  const unnamed = [...planning.present.values()].filter(
    ({ key, value }) => value.owner === 'directory' && !planning.named.has(key),
  );
  if (!complete || unnamed.length === 0) return;
  if (files === 0) {
    planning.problems.push({
      level: 'error',
      ...{ file: '', line: 0, path: '' },
      message: 'there is no policy file, as where a volume is not mounted',
      consequence: `${unnamed.length} policies of the directory stay; a file that holds only a comment would say that it is meant`,
    });
    return;
  }
  for (const entry of unnamed) {
    const [kind = '', scope = '', name = ''] = entry.key.slice(keys.policies().length).split('/');
    planning.remove({ kind, scope, name }, entry);
  }
}

function toProblem(
  { file, line, path, message, key }: Mistake,
  consequences: ReadonlyMap<string, string>,
): DirectoryProblem {
  const consequence = key === null ? UNPRUNED : (consequences.get(key) ?? KEPT);
  return { level: 'error', file, line, path, message, consequence };
}
