import { IDENTITY, isCidr, isCluster, type Labels } from '@sluice/labels';
import type { Direction, NamedPorts, PolicyMapEntry } from '../types.js';
import { namedKeys, type PlacedCompiledRule } from './compile.js';
import { Judge, type Fallback } from './decide.js';
import { distil, levelOf, type Distilled, type Grant } from './distil.js';
import { keyParts, type KeyCode } from './key.js';
import type { Written } from './prune.js';
import type { PeerSet, PeerUser, SelectorIndex } from './selectors.js';

/** What one direction of one subject is made of. */
export interface RowsInput {
  readonly direction: Direction;
  readonly rules: readonly PlacedCompiledRule[];
  readonly fallback: Fallback;
  /** The implicit allow from the local host. */
  readonly localHost: boolean;
  readonly index: SelectorIndex;
  readonly namedPorts: ReadonlyMap<number, NamedPorts>;
}

/** Peers with equal rules have equal entries but for the number. */
interface Group {
  readonly written: Written;
}
interface Row {
  readonly group: Group;
  readonly entries: readonly PolicyMapEntry[];
}

/** How a row changed: entries by key, of one peer. */
export interface RowChange {
  readonly identity: number;
  readonly before: readonly PolicyMapEntry[];
  readonly after: readonly PolicyMapEntry[];
  /** What a look-up may read beside the row, and what no change of a peer touches: the entries of any peer and of the classes. */
  readonly beside: readonly PolicyMapEntry[];
}

const CLASSES: readonly number[] = [IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.CLUSTER];
const NOTHING: readonly PolicyMapEntry[] = [];

/** The class that a look-up reads beside a peer's number, as far as the number and its labels tell; 0 for none. */
export function classOf(identity: number, labels: Labels | undefined): number {
  if (isCluster(identity)) return IDENTITY.CLUSTER;
  if (!isCidr(identity)) return 0;
  const prefix = labels?.find((l) => l.source === 'cidr')?.key;
  if (prefix === undefined) return 0;
  return prefix.includes(':') ? IDENTITY.WORLD_IPV6 : IDENTITY.WORLD_IPV4;
}

/**
 * The entries of one direction of one subject, a row for each peer that rules meet. Peers that the same rules meet share one
 * computation: what differs between 200 pods of a namespace is only their number. A change of one peer touches its row.
 */
export class Rows {
  readonly #input: RowsInput;
  readonly #judge: Judge;
  /** Distinct peers of rules, and the rules of each. */
  readonly #sets: { readonly peers: PeerSet; readonly rules: number[] }[] = [];
  readonly #named: { readonly rule: number; readonly peers: PeerSet; readonly compiled: object }[] = [];
  /** Steps from one signature to that with one more set: equal signatures have equal numbers. */
  readonly #steps = new Map<number, number>();
  readonly #tokens = new Map<string, number>();
  /** Of each signature: the one that it extends (-1: a root), and by what. */
  readonly #origins: number[] = [];
  readonly #additions: number[] = [];
  readonly #groups = new Map<number, Group>();
  readonly #levels = new Map<number, Distilled>();
  readonly #rows = new Map<number, Row>();
  #order: Uint32Array | null = null;
  #beside: readonly PolicyMapEntry[] = NOTHING;

  constructor(input: RowsInput, user: PeerUser) {
    this.#input = input;
    this.#judge = new Judge(input.rules, input.fallback);
    const places = new Map<PeerSet, number[]>();
    input.rules.forEach((rule, number) => {
      const peers = input.index.acquire(rule.choosers, user);
      const known = places.get(peers);
      if (known) known.push(number);
      else {
        const rules = [number];
        places.set(peers, rules);
        this.#sets.push({ peers, rules });
      }
      if (rule.named) this.#named.push({ rule: number, peers, compiled: rule.named });
    });
    this.#build();
  }

  /** Gives all peers back. */
  release(user: PeerUser): void {
    for (const { peers, rules } of this.#sets)
      for (let i = 0; i < rules.length; i++) this.#input.index.release(peers, user);
  }

  #build(): void {
    for (const id of [IDENTITY.ANY, ...CLASSES]) this.#level(id);
    const signatures = new Map<number, number>();
    this.#sets.forEach(({ peers }, place) => {
      for (const id of peers.met.keys())
        signatures.set(id, this.#step(signatures.get(id) ?? this.#root(id), place));
    });
    const { localHost, namedPorts } = this.#input;
    if (localHost && !signatures.has(IDENTITY.HOST)) signatures.set(IDENTITY.HOST, this.#root(IDENTITY.HOST));
    if (this.#named.length > 0)
      for (const id of namedPorts.keys()) {
        const token = this.#token(id);
        if (token) signatures.set(id, this.#step(signatures.get(id) ?? this.#root(id), token));
      }
    for (const [id, signature] of signatures) this.#setRow(id, signature);
    for (const id of this.#levels.keys()) if (!signatures.has(id)) this.#setRow(id, this.#root(id));
    this.#beside = [...this.#levels.keys()].flatMap((id) => this.#rows.get(id)?.entries ?? NOTHING);
  }

  /** Computes the row of one peer anew. Null where it has not changed. */
  touch(identity: number): RowChange | null {
    if (this.#levels.has(identity)) return null; // any and the classes are met by name alone
    const before = this.#rows.get(identity);
    let signature = this.#root(identity);
    let met = this.#input.localHost && identity === IDENTITY.HOST;
    this.#sets.forEach(({ peers }, place) => {
      if (!peers.met.has(identity)) return;
      met = true;
      signature = this.#step(signature, place);
    });
    const token = this.#named.length > 0 ? this.#token(identity) : 0;
    if (token) signature = this.#step(signature, token);
    if (met || token) this.#setRow(identity, signature);
    else if (this.#rows.delete(identity)) this.#order = null;
    const after = this.#rows.get(identity);
    if (before === after) return null;
    const beside = this.#beside;
    return { identity, before: before?.entries ?? NOTHING, after: after?.entries ?? NOTHING, beside };
  }

  /** All entries, sorted by peer and key. The same objects as before where nothing changed. */
  appendTo(entries: PolicyMapEntry[]): void {
    this.#order ??= Uint32Array.from(this.#rows.keys()).sort();
    for (const id of this.#order) for (const entry of this.#rows.get(id)!.entries) entries.push(entry);
  }

  #setRow(identity: number, signature: number): void {
    const group = this.#group(identity, signature);
    const before = this.#rows.get(identity);
    if (before?.group === group) return;
    if (group.written.codes.length === 0) {
      if (before && this.#rows.delete(identity)) this.#order = null;
      return;
    }
    this.#rows.set(identity, { group, entries: this.#entries(identity, group.written) });
    if (!before) this.#order = null;
  }

  #entries(identity: number, { codes, values }: Written): PolicyMapEntry[] {
    const { direction } = this.#input;
    return codes.map((code, i) => {
      const { deny, precedence, provenance } = values[i]!;
      const { protocol, port, portBits } = keyParts(code);
      return { identity, direction, protocol, port, portBits, deny, precedence, provenance };
    });
  }

  /** A signature begins with what a look-up reads beside the number. */
  #root(identity: number): number {
    if (this.#input.localHost && identity === IDENTITY.HOST) return this.#step(-1, 1);
    return this.#step(-1, 2 + classOf(identity, this.#input.index.labelsOf(identity)));
  }

  #step(from: number, by: number): number {
    const key = (from + 1) * 2 ** 24 + by;
    let to = this.#steps.get(key);
    if (to === undefined) {
      to = this.#origins.push(from) - 1;
      this.#additions.push(by);
      this.#steps.set(key, to);
    }
    return to;
  }

  /** What the named ports of rules mean for this peer, as one number beyond those of the sets; 0 for nothing. */
  #token(identity: number): number {
    const text = JSON.stringify(this.#namedGrants(identity).map(({ rule, keys }) => [rule, keys]));
    if (text === '[]') return 0;
    let token = this.#tokens.get(text);
    if (token === undefined) this.#tokens.set(text, (token = this.#sets.length + 1 + this.#tokens.size));
    return token;
  }

  #namedGrants(identity: number): Grant[] {
    const ports = this.#input.namedPorts.get(identity);
    if (!ports) return [];
    const cls = classOf(identity, this.#input.index.labelsOf(identity));
    return this.#named.flatMap(({ rule, peers }) => {
      const { met } = peers;
      if (!met.has(identity) && !met.has(IDENTITY.ANY) && !(cls && met.has(cls))) return [];
      const keys: KeyCode[] = namedKeys(this.#input.rules[rule]!.named!, ports);
      return keys.length > 0 ? [{ rule, keys }] : [];
    });
  }

  /** The rules behind a signature, in their order; those of named ports stand apart. */
  #rulesOf(signature: number): number[] {
    const found: number[] = [];
    for (let at = signature; this.#origins[at] !== -1; at = this.#origins[at]!)
      for (const rule of this.#sets[this.#additions[at]!]?.rules ?? []) found.push(rule);
    return found.sort((a, b) => a - b);
  }

  #rulesAt(level: number): number[] {
    const met = this.#sets.filter(({ peers }) => peers.met.has(level));
    return met.flatMap(({ rules }) => rules).sort((a, b) => a - b);
  }

  /** The computation for all peers of a signature, made for the first of them. */
  #group(identity: number, signature: number): Group {
    const level = this.#levels.get(identity);
    if (level) return level;
    let group = this.#groups.get(signature);
    if (!group) {
      const cls = classOf(identity, this.#input.index.labelsOf(identity));
      const read = (cls ? [cls, IDENTITY.ANY] : [IDENTITY.ANY]).map((id) => this.#levels.get(id)!);
      const others = read.filter((o) => o.level.codes.length > 0);
      const localHost = this.#input.localHost && identity === IDENTITY.HOST;
      const own = levelOf(
        this.#judge,
        this.#rulesOf(signature),
        this.#named.length > 0 ? this.#namedGrants(identity) : [],
        { localHost, fallback: false },
      );
      group = distil(this.#judge, own, others, 2);
      this.#groups.set(signature, group);
    }
    return group;
  }

  #level(identity: number): void {
    const fallback = identity === IDENTITY.ANY && !this.#input.fallback.deny;
    const own = levelOf(this.#judge, this.#rulesAt(identity), [], { localHost: false, fallback });
    const any = this.#levels.get(IDENTITY.ANY);
    this.#levels.set(identity, distil(this.#judge, own, any ? [any] : [], any ? 1 : 0));
  }
}
