import { IDENTITY, isCidr, peerClass, type Family } from '@sluice/labels';
import type { Direction, MapDelta, PolicyMapEntry, Provenance, ResolvedClass } from '../types.js';
import { PolicyTable } from './evaluate.js';
import { codeOf } from './key.js';

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
    provenanceKey(a.provenance) === provenanceKey(b.provenance)
  );
}

type Write = MapDelta['writes'][number];

/** Denies in, allows in, allows out, denies out: within each step verdicts move one way only. */
function phases(
  before: ReadonlyMap<string, PolicyMapEntry>,
  after: ReadonlyMap<string, PolicyMapEntry>,
): Write[][] {
  const steps: [Write[], Write[], Write[], Write[]] = [[], [], [], []];
  for (const [key, entry] of after) {
    const old = before.get(key);
    if (!old || !same(old, entry)) steps[entry.deny ? 0 : 1].push({ op: 'put', entry });
  }
  for (const [key, entry] of before)
    if (!after.has(key)) steps[entry.deny ? 3 : 2].push({ op: 'delete', entry });
  return steps;
}

/** Beyond this many look-ups a proof costs more than a new map. */
const BUDGET = 400_000;

interface Sample {
  readonly protocol: number;
  readonly port: number;
}

/** One packet for each region of protocol and port on which no entry changes. 255 stands for protocols that no rule names. */
function samples(entries: readonly PolicyMapEntry[]): Sample[] {
  const found = new Map<string, Sample>([['255', { protocol: 255, port: 0 }]]);
  const add = (protocol: number, port: number) => {
    if (port <= 65535) found.set(`${protocol}/${port}`, { protocol, port });
  };
  for (const e of entries) {
    if (e.protocol === 0) continue;
    add(e.protocol, 0);
    add(e.protocol, e.port);
    add(e.protocol, e.port + 2 ** (16 - e.portBits));
  }
  return [...found.values()];
}

/** Peers that stand for all: those with entries of their own, and one stranger of each class. */
function peers(
  entries: readonly PolicyMapEntry[],
  changed: ReadonlySet<number>,
): { peer: number; family: Family }[] {
  const strangers = [IDENTITY.UNKNOWN, IDENTITY.CLUSTER_MAX, IDENTITY.WORLD];
  const numbers = new Set([...entries.map((e) => e.identity), ...strangers]);
  numbers.delete(IDENTITY.ANY);
  const list: { peer: number; family: Family }[] = [];
  for (const peer of numbers)
    for (const family of [4, 6] as const) {
      const cls = peerClass(peer, family);
      const families =
        isCidr(peer) || family === 4 || peer === IDENTITY.WORLD || peer === IDENTITY.WORLD_IPV6;
      if (families && (changed.has(peer) || changed.has(cls) || changed.has(IDENTITY.ANY)))
        list.push({ peer, family });
    }
  return list;
}

/** Whether after each step every packet has its old or its new verdict. Gives up with false where that costs too much. */
function isSafe(
  before: readonly PolicyMapEntry[],
  after: readonly PolicyMapEntry[],
  steps: readonly Write[][],
): boolean {
  const states: PolicyTable[] = [new PolicyTable(before)];
  const now = new Map(before.map((e) => [entryKey(e), e]));
  for (const step of steps) {
    for (const { op, entry } of step)
      if (op === 'put') now.set(entryKey(entry), entry);
      else now.delete(entryKey(entry));
    states.push(new PolicyTable([...now.values()]));
  }
  const all = [...before, ...after];
  const changed = new Set(steps.flat().map((w) => w.entry.identity));
  const directions = new Set(steps.flat().map((w) => w.entry.direction));
  for (const direction of directions) {
    const mine = all.filter((e) => e.direction === direction);
    const packets = samples(mine);
    const whom = peers(mine, changed);
    if (packets.length * whom.length * states.length > BUDGET) return false;
    for (const packet of packets)
      for (const who of whom) if (!isBetween(states, { ...packet, ...who, direction })) return false;
  }
  return true;
}

type Packet = Sample & { readonly peer: number; readonly family: Family; readonly direction: Direction };

function isBetween(states: readonly PolicyTable[], packet: Packet): boolean {
  const verdicts = states.map((s) => s.find(packet)?.deny === false);
  const [first, last] = [verdicts[0], verdicts.at(-1)];
  return verdicts.every((v) => v === first || v === last);
}

/**
 * The writes that turn one form of a class into another, in an order in which every packet has its old or its new verdict at
 * each moment. `swap` is true where no such order is known: then build the new form aside and swap it in. Without an old form
 * (nothing found is drop) the writes fill an empty map. A change of `defaults` alone makes no writes: compare those too.
 */
export function diff(old: ResolvedClass | null, next: ResolvedClass): MapDelta {
  const before = new Map((old?.entries ?? []).map((e) => [entryKey(e), e]));
  const after = new Map(next.entries.map((e) => [entryKey(e), e]));
  const steps = phases(before, after);
  const writes = steps.flat();
  // Only a change that opens here and closes there can pass through a third verdict.
  const swap = old !== null && writes.length > 0 && !isSafe(old.entries, next.entries, steps);
  return { swap, writes };
}
