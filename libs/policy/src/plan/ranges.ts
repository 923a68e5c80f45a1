import type { Family } from '@sluice/labels';
import { peerClass } from '@sluice/labels';
import { evaluate } from '../engine/evaluate.js';
import type { Direction, PolicyMapEntry, Provenance, ResolvedClass } from '../types.js';
import { PROTOCOL } from '../normal/normalise.js';

/** A protocol that no rule can name: what holds for it holds for all such. */
export const OTHER = 255;
const PROTOCOLS = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP, PROTOCOL.ICMP, PROTOCOL.ICMPV6, OTHER];
const LAST_PORT = 0xffff;

/** One side of a connection: whose map is asked about whom. A side without a map lets everything through. */
export interface Side {
  readonly before: ResolvedClass | null;
  readonly after: ResolvedClass | null;
  readonly direction: Direction;
  readonly peer: number;
  readonly family: Family;
}

/** Ports whose verdict changes, in the numbers of the map (ICMP: type << 8). */
export interface ChangedRange {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
  readonly allowed: boolean;
  readonly before: readonly Provenance[];
  readonly after: readonly Provenance[];
}

type Grouped = ReadonlyMap<number, readonly PolicyMapEntry[]>;
const groups = new WeakMap<ResolvedClass, Readonly<Record<Direction, Grouped>>>();

function groupOf(resolved: ResolvedClass, direction: Direction): Grouped {
  let found = groups.get(resolved);
  if (!found) {
    const of = (wanted: Direction) => {
      const byPeer = new Map<number, PolicyMapEntry[]>();
      for (const entry of resolved.entries) {
        if (entry.direction !== wanted) continue;
        const list = byPeer.get(entry.identity);
        if (list) list.push(entry);
        else byPeer.set(entry.identity, [entry]);
      }
      return byPeer;
    };
    groups.set(resolved, (found = { egress: of('egress'), ingress: of('ingress') }));
  }
  return found[direction];
}

/** The entries that a look-up about a peer may find. */
function readable(resolved: ResolvedClass | null, { direction, peer, family }: Side): PolicyMapEntry[] {
  if (!resolved) return [];
  const all = groupOf(resolved, direction);
  const numbers = new Set([peer, peerClass(peer, family), 0]);
  return [...numbers].flatMap((number) => all.get(number) ?? []);
}

/** Whether the two forms answer alike by their very entries: then nothing needs to be asked. */
export function looksSame(side: Side): boolean {
  const [before, after] = [readable(side.before, side), readable(side.after, side)];
  return (
    before.length === after.length &&
    before.every((a, i) => {
      const b = after[i]!;
      return (
        a === b ||
        (a.identity === b.identity &&
          a.protocol === b.protocol &&
          a.port === b.port &&
          a.portBits === b.portBits &&
          a.deny === b.deny &&
          a.precedence === b.precedence)
      );
    })
  );
}

/** Where, among the ports of a protocol, the answer can change. */
function boundaries(sides: readonly Side[], protocol: number): number[] {
  const found = new Set([0]);
  for (const side of sides)
    for (const resolved of [side.before, side.after])
      for (const entry of readable(resolved, side)) {
        if (entry.protocol !== protocol || entry.portBits === 0) continue;
        found.add(entry.port);
        found.add(entry.port + 2 ** (16 - entry.portBits));
      }
  return [...found].filter((port) => port <= LAST_PORT).sort((a, b) => a - b);
}

interface Verdict {
  readonly allowed: boolean;
  readonly deciders: readonly Provenance[];
}

/** Allowed where every side allows; denied by those that deny. */
function verdict(sides: readonly Side[], form: 'before' | 'after', protocol: number, port: number): Verdict {
  const answers = sides.flatMap((side) => {
    const resolved = side[form];
    const { direction, peer, family } = side;
    return resolved ? [evaluate(resolved, { peer, family, direction, protocol, port })] : [];
  });
  const allowed = answers.every((a) => a.allowed);
  return { allowed, deciders: answers.filter((a) => a.allowed === allowed).map((a) => a.provenance) };
}

const sameDeciders = (a: readonly Provenance[], b: readonly Provenance[]) =>
  a.length === b.length && a.every((p, i) => p === b[i] || JSON.stringify(p) === JSON.stringify(b[i]));

const alike = (a: ChangedRange, b: ChangedRange) =>
  a.allowed === b.allowed && sameDeciders(a.before, b.before) && sameDeciders(a.after, b.after);

function rangesOf(sides: readonly Side[], protocol: number): ChangedRange[] {
  const starts = boundaries(sides, protocol);
  const ranges: ChangedRange[] = [];
  starts.forEach((first, i) => {
    const last = (starts[i + 1] ?? LAST_PORT + 1) - 1;
    const [before, after] = [
      verdict(sides, 'before', protocol, first),
      verdict(sides, 'after', protocol, first),
    ];
    if (before.allowed === after.allowed) return;
    const range = {
      protocol,
      first,
      last,
      allowed: after.allowed,
      before: before.deciders,
      after: after.deciders,
    };
    const previous = ranges.at(-1);
    if (previous?.last === first - 1 && alike(previous, range))
      ranges[ranges.length - 1] = { ...previous, last };
    else ranges.push(range);
  });
  return ranges;
}

/** What changes between two parties, over all protocols and ports; ranges that touch and change alike are one. Protocol 0: everything. */
export function changedRanges(sides: readonly Side[]): ChangedRange[] {
  const ranges = PROTOCOLS.flatMap((protocol) => rangesOf(sides, protocol));
  const [first, ...others] = ranges;
  const whole = ({ first: from, last }: ChangedRange) => from === 0 && last === LAST_PORT;
  const everything =
    first !== undefined &&
    ranges.length === PROTOCOLS.length &&
    ranges.every(whole) &&
    others.every((range) => alike(first, range));
  return everything ? [{ ...first, protocol: 0 }] : ranges;
}
