import { IDENTITY, peerClass, type Family } from '@sluice/labels';
import type { Direction, PolicyMapEntry, Provenance, ResolvedClass } from '../types.js';
import { better } from './better.js';
import { codeOf, keyCode, longest, parentsOf, type KeyCode } from './key.js';

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

const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

/** The entries of one number and direction. */
interface Line {
  readonly codes: readonly KeyCode[];
  readonly parents: Int32Array;
  readonly entries: readonly PolicyMapEntry[];
}
type Table = ReadonlyMap<number, Line>;

function line(entries: PolicyMapEntry[]): Line {
  entries.sort((a, b) => codeOf(a) - codeOf(b));
  const codes = entries.map(codeOf);
  return { codes, parents: parentsOf(codes), entries };
}

function table(entries: Iterable<PolicyMapEntry>): Table {
  const byIdentity = new Map<number, PolicyMapEntry[]>();
  for (const entry of entries) {
    const list = byIdentity.get(entry.identity);
    if (list) list.push(entry);
    else byIdentity.set(entry.identity, [entry]);
  }
  return new Map([...byIdentity].map(([identity, list]) => [identity, line(list)]));
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
    const entries = this.#tables[query.direction];
    const code = keyCode(query.protocol, query.port, 16);
    const cls = peerClass(query.peer, query.family);
    let best = at(entries.get(query.peer), code);
    if (cls !== 0 && cls !== query.peer) best = better(best, at(entries.get(cls), code));
    return better(best, at(entries.get(IDENTITY.ANY), code)) ?? null;
  }
}

function at(found: Line | undefined, code: KeyCode): PolicyMapEntry | undefined {
  return found?.entries[longest(found.codes, found.parents, code)];
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
