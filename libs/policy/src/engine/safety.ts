import { IDENTITY, isCidr, peerClass, type Family } from '@sluice/labels';
import type { Direction, MapDelta, PolicyMapEntry } from '../types.js';
import { better } from './better.js';
import { codeOf, covers, keyCode, type KeyCode } from './key.js';

type Write = MapDelta['writes'][number];

/** Beyond this many packets to follow, a proof costs more than a new map. */
const BUDGET = 200_000;
const LENGTHS = 18;

/** What happens to one number in one direction: its entries before, and the writes to it with their places in the order. */
interface Line {
  readonly entries: readonly PolicyMapEntry[];
  readonly writes: readonly Placed[];
}

interface Placed {
  readonly at: number;
  readonly code: KeyCode;
  readonly write: Write;
}

/** The entries of one number and direction among sorted ones. */
function entriesOf(sorted: readonly PolicyMapEntry[], direction: Direction, identity: number): PolicyMapEntry[] {
  const isBefore = (e: PolicyMapEntry) =>
    e.direction === direction ? e.identity < identity : direction === 'ingress';
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  const found: PolicyMapEntry[] = [];
  const isOurs = (e: PolicyMapEntry | undefined) => e?.identity === identity && e.direction === direction;
  for (; isOurs(sorted[low]); low++) found.push(sorted[low]!);
  return found;
} // prettier-ignore

/** The lines of one direction, each made when it is asked for. */
class Lines {
  readonly #lines = new Map<number, Line>();
  readonly #writes = new Map<number, Placed[]>();

  constructor(
    readonly direction: Direction,
    readonly before: readonly PolicyMapEntry[],
    writes: readonly Write[],
  ) {
    writes.forEach((write, at) => {
      const { entry } = write;
      if (entry.direction !== direction) return;
      const list = this.#writes.get(entry.identity) ?? [];
      if (list.length === 0) this.#writes.set(entry.identity, list);
      list.push({ at, code: codeOf(entry), write });
    });
  }

  of(identity: number): Line {
    let line = this.#lines.get(identity);
    if (!line) {
      const entries = entriesOf(this.before, this.direction, identity);
      this.#lines.set(identity, (line = { entries, writes: this.writesTo(identity) }));
    }
    return line;
  }

  writesTo(identity: number): readonly Placed[] {
    return this.#writes.get(identity) ?? [];
  }

  written(): Iterable<number> {
    return this.#writes.keys();
  }
}

/** Longest-prefix match over the entries of one number that cover one packet: by length of the key. */
class Match {
  readonly #byLength = new Array<PolicyMapEntry | undefined>(LENGTHS);

  put(code: KeyCode, entry: PolicyMapEntry | undefined): void {
    this.#byLength[code & 0x1f] = entry; // port bits plus one, 0 for any protocol
  }

  find(): PolicyMapEntry | undefined {
    for (let i = LENGTHS - 1; i >= 0; i--) if (this.#byLength[i]) return this.#byLength[i];
    return undefined;
  }
}

/** Whether one packet has its first or its last verdict after every write. `lines`: what a look-up reads, most exact first. */
function isBetween(lines: readonly Line[], packet: KeyCode): boolean {
  let about = 0;
  for (const { writes } of lines) for (const w of writes) if (covers(w.code, packet)) about += 1;
  if (about < 2) return true;
  const matches = lines.map((line) => {
    const match = new Match();
    for (const entry of line.entries) {
      const code = codeOf(entry);
      if (covers(code, packet)) match.put(code, entry);
    }
    return match;
  });
  const verdict = () =>
    matches.reduce<PolicyMapEntry | undefined>((best, m) => better(best, m.find()), undefined)?.deny ===
    false;
  const steps = lines.flatMap((line, i) =>
    line.writes.filter((w) => covers(w.code, packet)).map((w) => ({ ...w, match: matches[i]! })),
  );
  steps.sort((a, b) => a.at - b.at);
  const first = verdict();
  let changes = 0;
  let present = first;
  for (const { code, write, match } of steps) {
    match.put(code, write.op === 'put' ? write.entry : undefined);
    const now = verdict();
    if (now !== present) changes++;
    present = now;
  }
  // With two verdicts, "the old or the new one" means: one change, or none.
  return changes <= 1;
}

/** Whether some packet is in the keys of two writes. */
function doMeet(writes: readonly Placed[]): boolean {
  const codes = writes.map((w) => w.code).sort((a, b) => a - b);
  // Between a key and one that it covers stand only others that it covers.
  return codes.some((code, i) => i > 0 && covers(codes[i - 1]!, code));
}

/** One packet for each region of protocol and port in which no entry begins or ends. 255 stands for protocols that none names. */
function packetsOf(entries: readonly PolicyMapEntry[]): KeyCode[] {
  const found = new Set<KeyCode>([keyCode(255, 0, 16)]);
  const add = (protocol: number, port: number) => port <= 65535 && found.add(keyCode(protocol, port, 16));
  for (const e of entries) {
    if (e.protocol === 0) continue;
    add(e.protocol, 0);
    add(e.protocol, e.port);
    add(e.protocol, e.port + 2 ** (16 - e.portBits));
  }
  return [...found];
}

const LEVELS: readonly number[] = [IDENTITY.ANY, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.CLUSTER];
const STRANGERS: readonly number[] = [IDENTITY.UNKNOWN, IDENTITY.CLUSTER_MAX, IDENTITY.WORLD];

/**
 * The numbers that stand for all peers to whom something is written: where that is for any or for a class, whoever has entries
 * of his own and a stranger of each class.
 */
function peersOf(lines: Lines): { readonly peer: number; readonly family: Family }[] {
  const numbers = new Set(lines.written());
  if (LEVELS.some((level) => numbers.has(level))) {
    for (const { identity, direction } of lines.before) if (direction === lines.direction) numbers.add(identity);
    for (const stranger of STRANGERS) numbers.add(stranger);
  }
  numbers.delete(IDENTITY.ANY);
  return [...numbers].flatMap((peer) => {
    const both = isCidr(peer) || peer === IDENTITY.WORLD;
    const single = peer === IDENTITY.WORLD_IPV6 ? 6 : 4;
    return both ? ([4, 6] as const).map((family) => ({ peer, family })) : [{ peer, family: single }];
  });
} // prettier-ignore

function isSafeIn(direction: Direction, before: readonly PolicyMapEntry[], writes: readonly Write[]): boolean {
  const lines = new Lines(direction, before, writes);
  let budget = BUDGET;
  for (const { peer, family } of peersOf(lines)) {
    const cls = peerClass(peer, family);
    const numbers = cls && cls !== peer ? [peer, cls, IDENTITY.ANY] : [peer, IDENTITY.ANY];
    const written = numbers.reduce((sum, n) => sum + lines.writesTo(n).length, 0);
    if (written < 2) continue; // one write is one change
    if (!doMeet(numbers.flatMap((n) => lines.writesTo(n)))) continue;
    const read = numbers.map((n) => lines.of(n));
    const packets = packetsOf(read.flatMap((l) => [...l.entries, ...l.writes.map((w) => w.write.entry)]));
    for (const packet of packets) {
      if ((budget -= read.length) < 0) return false;
      if (!isBetween(read, packet)) return false;
    }
  }
  return true;
} // prettier-ignore

/**
 * Whether after each single write every packet has its old or its new verdict. False also where a proof would cost too much.
 * `before` is in the order of forms: direction, number, key.
 */
export function isSafe(before: readonly PolicyMapEntry[], writes: readonly Write[]): boolean {
  return isSafeIn('egress', before, writes) && isSafeIn('ingress', before, writes);
}
