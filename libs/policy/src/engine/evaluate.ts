import { IDENTITY, peerClass, type Family } from '@sluice/labels';
import type { Direction, PolicyMapEntry, Provenance, ResolvedClass } from '../types.js';
import { codeOf, covering, keyCode, type KeyCode } from './key.js';

/** One packet's question to a class. `port` is the destination's; ICMP: type << 8 | code. */
export interface Query {
  readonly peer: number;
  readonly family: Family;
  readonly direction: Direction;
  readonly protocol: number;
  readonly port: number;
}

/** What a map answers; `entry` is null where nothing matched. */
export interface Answer {
  readonly allowed: boolean;
  readonly entry: PolicyMapEntry | null;
  readonly provenance: Provenance;
}

type Table = ReadonlyMap<number, ReadonlyMap<KeyCode, PolicyMapEntry>>;
const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

function table(entries: Iterable<PolicyMapEntry>): Table {
  const byIdentity = new Map<number, Map<KeyCode, PolicyMapEntry>>();
  for (const entry of entries) {
    let keys = byIdentity.get(entry.identity);
    if (!keys) byIdentity.set(entry.identity, (keys = new Map<KeyCode, PolicyMapEntry>()));
    keys.set(codeOf(entry), entry);
  }
  return byIdentity;
}

/** The look-up of bpf/lib/policy.h over a set of entries. */
export class PolicyTable {
  readonly #tables: Readonly<Record<Direction, Table>>;

  constructor(entries: readonly PolicyMapEntry[]) {
    const of = (d: Direction) => table(entries.filter((e) => e.direction === d));
    this.#tables = { egress: of('egress'), ingress: of('ingress') };
  }

  /** Entries with keys for this identity, whatever the direction. */
  identities(): Set<number> {
    return new Set(DIRECTIONS.flatMap((d) => [...this.#tables[d].keys()]));
  }

  /** Three longest-prefix look-ups; highest precedence, on a tie the deny, then the most exact identity. */
  find(query: Query): PolicyMapEntry | null {
    const keys = covering(keyCode(query.protocol, query.port, 16));
    const cls = peerClass(query.peer, query.family);
    const numbers =
      cls !== 0 && cls !== query.peer ? [query.peer, cls, IDENTITY.ANY] : [query.peer, IDENTITY.ANY];
    let best: PolicyMapEntry | null = null;
    for (const identity of numbers) {
      const entries = this.#tables[query.direction].get(identity);
      const key = entries && keys.find((k) => entries.has(k));
      const next = key === undefined ? undefined : entries?.get(key);
      if (!next) continue;
      if (
        !best ||
        next.precedence > best.precedence ||
        (next.precedence === best.precedence && next.deny && !best.deny)
      )
        best = next;
    }
    return best;
  }
}

const tables = new WeakMap<ResolvedClass, PolicyTable>();

/** The table of a class, built once for each object. */
export function tableOf(resolved: ResolvedClass): PolicyTable {
  let found = tables.get(resolved);
  if (!found) tables.set(resolved, (found = new PolicyTable(resolved.entries)));
  return found;
}

/** What the data path will decide for a packet, as the map of this class has it. Pure; for tests, trace and explain. */
export function evaluate(resolved: ResolvedClass, query: Query): Answer {
  const entry = tableOf(resolved).find(query);
  if (!entry) return { allowed: false, entry: null, provenance: resolved.defaults[query.direction] };
  return { allowed: !entry.deny, entry, provenance: entry.provenance };
}
