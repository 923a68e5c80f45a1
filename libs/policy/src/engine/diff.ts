import type { MapDelta, PolicyMapEntry, Provenance, ResolvedClass } from '../types.js';
import { codeOf, type KeyCode } from './key.js';
import type { RowChange } from './rows.js';
import { isSafe } from './safety.js';

/** Name of an entry's key: equal keys and only those have equal names. */
export function entryKey(entry: PolicyMapEntry): string {
  return `${entry.direction}/${entry.identity}/${codeOf(entry)}`;
}

/** Canonical text of a provenance: equal ones may share a cookie. */
export function provenanceKey(provenance: Provenance): string {
  if (provenance.type === 'default')
    return JSON.stringify([
      'default',
      provenance.reason,
      provenance.isolating.map((p) => [p.kind, p.scope, p.name]),
    ]);
  return JSON.stringify(
    provenance.rules.map((r) => [r.policy.kind, r.policy.scope, r.policy.name, r.uid, r.rule, r.revision]),
  );
}

function same(a: PolicyMapEntry, b: PolicyMapEntry): boolean {
  if (a === b) return true;
  return (
    a.deny === b.deny &&
    a.precedence === b.precedence &&
    (a.provenance === b.provenance || provenanceKey(a.provenance) === provenanceKey(b.provenance))
  );
}

type Write = MapDelta['writes'][number];
type Lines = Map<number, Map<KeyCode, PolicyMapEntry>>;

function linesOf(entries: readonly PolicyMapEntry[]): Lines {
  const lines: Lines = new Map();
  for (const entry of entries) {
    const key = entry.identity * 2 + (entry.direction === 'ingress' ? 1 : 0);
    let line = lines.get(key);
    if (!line) lines.set(key, (line = new Map<KeyCode, PolicyMapEntry>()));
    line.set(codeOf(entry), entry);
  }
  return lines;
}

/** Writes by when they are due: denies in, allows in, allows out, denies out. */
type Steps = [Write[], Write[], Write[], Write[]];

function addSteps(steps: Steps, before: Lines, after: Lines): void {
  for (const [key, line] of after) {
    const old = before.get(key);
    for (const [code, entry] of line) {
      const was = old?.get(code);
      if (!was || !same(was, entry)) steps[entry.deny ? 0 : 1].push({ op: 'put', entry });
    }
  }
  for (const [key, line] of before) {
    const next = after.get(key);
    for (const [code, entry] of line)
      if (!next?.has(code)) steps[entry.deny ? 3 : 2].push({ op: 'delete', entry });
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
  addSteps(steps, linesOf(old?.entries ?? []), linesOf(next.entries));
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
    addSteps(own, linesOf(before), linesOf(after));
    const writes = own.flat();
    swap ||= writes.length > 1 && !isSafe([...beside, ...before], writes);
    own.forEach((step, i) => all[i]!.push(...step));
  }
  return { swap, writes: all.flat() };
}
