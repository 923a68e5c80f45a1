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
  readonly entries: PolicyMapEntry[];
  readonly writes: { readonly at: number; readonly code: KeyCode; readonly write: Write }[];
}

const EMPTY: Line = { entries: [], writes: [] };

class Lines {
  readonly #lines = new Map<number, Line>();

  of(identity: number): Line {
    return this.#lines.get(identity) ?? EMPTY;
  }

  make(identity: number): Line {
    let line = this.#lines.get(identity);
    if (!line) this.#lines.set(identity, (line = { entries: [], writes: [] }));
    return line;
  }

  numbers(): Iterable<number> {
    return this.#lines.keys();
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

/** The numbers that stand for all peers: those with entries of their own, and one stranger of each class. */
function peersOf(lines: Lines): { readonly peer: number; readonly family: Family }[] {
  const numbers = new Set([...lines.numbers(), IDENTITY.UNKNOWN, IDENTITY.CLUSTER_MAX, IDENTITY.WORLD]);
  numbers.delete(IDENTITY.ANY);
  return [...numbers].flatMap((peer) => {
    const both = isCidr(peer) || peer === IDENTITY.WORLD;
    const single = peer === IDENTITY.WORLD_IPV6 ? 6 : 4;
    return both ? ([4, 6] as const).map((family) => ({ peer, family })) : [{ peer, family: single }];
  });
}

function isSafeIn(
  direction: Direction,
  before: readonly PolicyMapEntry[],
  writes: readonly Write[],
): boolean {
  const lines = new Lines();
  for (const entry of before)
    if (entry.direction === direction) lines.make(entry.identity).entries.push(entry);
  writes.forEach((write, at) => {
    const { entry } = write;
    if (entry.direction === direction)
      lines.make(entry.identity).writes.push({ at, code: codeOf(entry), write });
  });
  let budget = BUDGET;
  for (const { peer, family } of peersOf(lines)) {
    const cls = peerClass(peer, family);
    const numbers = cls && cls !== peer ? [peer, cls, IDENTITY.ANY] : [peer, IDENTITY.ANY];
    const read = numbers.map((n) => lines.of(n));
    const written = read.flatMap((line) => line.writes);
    if (written.length < 2) continue; // one write is one change
    const packets = packetsOf(read.flatMap((l) => [...l.entries, ...l.writes.map((w) => w.write.entry)]));
    for (const packet of packets) {
      if ((budget -= read.length) < 0) return false;
      if (!isBetween(read, packet)) return false;
    }
  }
  return true;
}

/** Whether after each single write every packet has its old or its new verdict. False also where a proof would cost too much. */
export function isSafe(before: readonly PolicyMapEntry[], writes: readonly Write[]): boolean {
  return isSafeIn('egress', before, writes) && isSafeIn('ingress', before, writes);
}
