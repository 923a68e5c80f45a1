import type { MapDelta, PolicyMapEntry, ResolvedClass } from '../types.js';
import { codeOf } from './key.js';
import { sameProvenance } from './provenance.js';
import type { RowChange } from './rows.js';
import { isSafe } from './safety.js';

/** Name of an entry's key: equal keys and only those have equal names. */
export function entryKey(entry: PolicyMapEntry): string {
  return `${entry.direction}/${entry.identity}/${codeOf(entry)}`;
}

/** Whether two entries of one key say the same. */
function same(a: PolicyMapEntry, b: PolicyMapEntry): boolean {
  if (a === b) return true;
  return a.deny === b.deny && a.precedence === b.precedence && sameProvenance(a.provenance, b.provenance);
}

type Write = MapDelta['writes'][number];

/** The order in which forms have their entries: direction, number, key. */
function inOrder(a: PolicyMapEntry, b: PolicyMapEntry): number {
  if (a.direction !== b.direction) return a.direction === 'egress' ? -1 : 1;
  return a.identity - b.identity || codeOf(a) - codeOf(b);
}

/** Writes by when they are due: denies in, allows in, allows out, denies out. */
type Steps = [Write[], Write[], Write[], Write[]];

/** Goes through both forms at once. Both are in order. */
function addSteps(steps: Steps, before: readonly PolicyMapEntry[], after: readonly PolicyMapEntry[]): void {
  const put = (entry: PolicyMapEntry) => steps[entry.deny ? 0 : 1].push({ op: 'put', entry });
  const remove = (entry: PolicyMapEntry) => steps[entry.deny ? 3 : 2].push({ op: 'delete', entry });
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [was, is] = [before[i], after[j]];
    const order = was === is ? 0 : !was ? 1 : !is ? -1 : inOrder(was, is);
    if (order < 0) remove(was!);
    else if (order > 0 || !same(was!, is!)) put(is!);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
}

const noSteps = (): Steps => [[], [], [], []];

/**
 * The writes that turn one form of a class into another, in an order in which every packet has its old or its new verdict at
 * each moment. `swap` is true where no such order is known: then build the new form aside and swap it in. Without an old form
 * (nothing found is drop) the writes fill an empty map. A change of `defaults` alone makes no writes: compare those too.
 */
export function diff(old: ResolvedClass | null, next: ResolvedClass): MapDelta {
  const steps = noSteps();
  addSteps(steps, old?.entries ?? [], next.entries);
  const writes = steps.flat();
  const swap = old !== null && writes.length > 0 && !isSafe(old.entries, writes);
  return { swap, writes };
}

/**
 * The same for rows that changed (`Resolver.update`), without a look at the others: what a packet of one peer finds depends on
 * that peer's row and on what no change of a peer touches.
 */
export function diffRows(changes: readonly RowChange[]): MapDelta {
  const all = noSteps();
  let swap = false;
  for (const { before, after, beside } of changes) {
    const own = noSteps();
    addSteps(own, before, after);
    const writes = own.flat();
    swap ||= writes.length > 1 && !isSafe([...beside, ...before].sort(inOrder), writes);
    own.forEach((step, i) => all[i]!.push(...step));
  }
  return { swap, writes: all.flat() };
}
