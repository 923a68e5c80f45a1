import { IDENTITY } from '@sluice/labels';
import type { Direction, NamedPorts, PolicyMapEntry } from '../types.js';
import { namedKeys, type PlacedCompiledRule } from './compile.js';
import { Judge, type Fallback } from './decide.js';
import { distil, levelOf, type Distilled, type Grant } from './distil.js';
import { entryOf, type KeyCode } from './key.js';
import type { PeerSet, PeerUser } from './peers.js';
import { sameWritten, type Written } from './prune.js';
import type { SelectorIndex } from './selectors.js';
import { Signatures } from './signatures.js';
import type { SlotTable } from './slottable.js';

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
/** Rows made between two looks at the clock. */
const SLICE = 512;

/** The first addition to a signature: what a look-up reads beside the number. Classes have 2 and their number. */
const LOCAL_HOST = 1;
const CLASS = 2;

/**
 * The entries of one direction of one subject, a row for each peer that rules meet. Peers that the same rules meet share one
 * computation: what differs between 200 pods of a namespace is only their number. A change of one peer touches its row.
 */
export class Rows {
  readonly #judge: Judge;
  /** Distinct peers of rules, and the rules of each. */
  readonly #sets: { readonly peers: PeerSet; readonly rules: number[] }[] = [];
  readonly #named: { readonly rule: number; readonly peers: PeerSet }[] = [];
  readonly #tokens = new Map<string, number>();
  readonly #signatures = new Signatures();
  readonly #groups = new Map<number, Group>();
  readonly #levels = new Map<number, Distilled>();
  readonly #rows = new Map<number, Row>();
  #order: Uint32Array | null = null;
  #beside: readonly PolicyMapEntry[] = NOTHING;
  /** While rows are made: the ones before, and how many of those that were made were there too. */
  #old: Rows | null = null;
  #known = 0;

  constructor(private readonly input: RowsInput) {
    this.#judge = new Judge(input.rules, input.fallback);
  }

  /**
   * Takes all peers into use and makes all rows. Yields where a pause is allowed; until the end nothing else may be asked. Rows
   * that are as in `old` have the same entries as there, so that who compares them sees it at once.
   */
  *build(user: PeerUser, old: Rows | null): Generator<void, void> {
    this.#old = old;
    yield* this.#acquire(user);
    for (const id of [IDENTITY.ANY, ...CLASSES]) this.#level(id);
    const { freed } = this.input.index.numbers;
    yield* this.#makeRows(yield* this.#signAll(), freed);
    for (const id of this.#levels.keys()) this.#makeRow(id, this.#root(id));
    // Each row was there, and there are as many: the same numbers in the same order.
    if (old && this.#known === this.#rows.size && old.#rows.size === this.#rows.size)
      this.#order = old.#order;
    this.#beside = [...this.#levels.keys()].flatMap((id) => this.#rows.get(id)?.entries ?? NOTHING);
    this.#old = null;
  }

  /** Gives all peers back. */
  release(user: PeerUser): void {
    for (const { peers, rules } of this.#sets)
      for (let i = 0; i < rules.length; i++) this.input.index.release(peers, user);
  }

  *#acquire(user: PeerUser): Generator<void, void> {
    const { rules, index } = this.input;
    const places = new Map<PeerSet, number[]>();
    for (const [number, rule] of rules.entries()) {
      const peers = index.acquire(rule.wanted, user);
      const known = places.get(peers);
      if (known) known.push(number);
      else {
        const own = [number];
        places.set(peers, own);
        this.#sets.push({ peers, rules: own });
      }
      if (rule.named) this.#named.push({ rule: number, peers });
      yield;
    }
  }

  /** The signatures of all peers that rules meet. */
  *#signAll(): Generator<void, SlotTable> {
    const { numbers } = this.input.index;
    const signed = numbers.table();
    for (const [place, { peers }] of this.#sets.entries()) {
      const step = this.#signatures.stepper(place);
      for (const { met } of peers.selections)
        met.forEach((slot) => {
          const from = signed.get(slot);
          signed.set(slot, step(from < 0 ? this.#root(numbers.idAt(slot)) : from));
        });
      yield;
    }
    return signed;
  }

  *#makeRows(signed: SlotTable, freed: number): Generator<void, void> {
    const { numbers } = this.input.index;
    const others = this.#signOthers(signed);
    let made = 0;
    for (const slot of signed.slots) {
      const id = numbers.idAt(slot);
      // Who went meanwhile has no class any more, so that nothing may be worked out for its signature, which others have too. It was told.
      if (numbers.freed === freed || numbers.slotOf(id) === slot) this.#makeRow(id, signed.get(slot));
      if (++made % SLICE === 0) yield;
    }
    for (const [id, signature] of others) this.#makeRow(id, signature);
    signed.clear();
  }

  /** What is signed for other reasons than peers: the local host, and named ports. Returns those who have no slot. */
  #signOthers(signed: SlotTable): Map<number, number> {
    const { localHost, namedPorts, index } = this.input;
    const host = index.numbers.slotOf(IDENTITY.HOST);
    if (localHost && signed.get(host) < 0) signed.set(host, this.#root(IDENTITY.HOST));
    const others = new Map<number, number>();
    if (this.#named.length === 0) return others;
    for (const id of namedPorts.keys()) {
      const token = this.#token(id);
      if (token === 0) continue;
      const slot = index.numbers.slotOf(id);
      const from = slot < 0 ? -1 : signed.get(slot);
      const to = this.#signatures.step(from < 0 ? this.#root(id) : from, token);
      if (slot < 0) others.set(id, to);
      else signed.set(slot, to);
    }
    return others;
  }

  /** Computes the row of one peer anew. Null where it has not changed. */
  touch(identity: number): RowChange | null {
    if (this.#levels.has(identity)) return null; // any and the classes are met by name alone
    const before = this.#rows.get(identity);
    const signature = this.#sign(identity);
    if (signature >= 0) this.#setRow(identity, signature);
    else if (before && this.#rows.delete(identity)) this.#order = null;
    const after = this.#rows.get(identity);
    if (before === after) return null;
    const beside = this.#beside;
    return { identity, before: before?.entries ?? NOTHING, after: after?.entries ?? NOTHING, beside };
  }

  #sign(identity: number): number {
    const slot = this.input.index.numbers.slotOf(identity);
    let signature = this.input.localHost && identity === IDENTITY.HOST ? this.#root(identity) : -1;
    if (slot >= 0)
      for (let place = 0; place < this.#sets.length; place++) {
        if (!this.#sets[place]!.peers.has(slot)) continue;
        signature = this.#signatures.step(signature < 0 ? this.#root(identity) : signature, place);
      }
    const token = this.#named.length > 0 ? this.#token(identity) : 0;
    return token === 0
      ? signature
      : this.#signatures.step(signature < 0 ? this.#root(identity) : signature, token);
  }

  /** All entries, sorted by peer and key. The same objects as before where nothing changed. */
  *appendTo(entries: PolicyMapEntry[]): Generator<void, void> {
    this.#order ??= Uint32Array.from(this.#rows.keys()).sort();
    let taken = 0;
    for (const id of this.#order) {
      for (const entry of this.#rows.get(id)!.entries) entries.push(entry);
      if (++taken % SLICE === 0) yield;
    }
  }

  #entries(identity: number, { written: { codes, values } }: Group): PolicyMapEntry[] {
    return codes.map((code, i) => entryOf(identity, this.input.direction, code, values[i]!));
  }

  /** A row of a direction that is being built: it is not there yet, unless it is a class that some rule meets by its number. */
  #makeRow(identity: number, signature: number): void {
    const group = this.#group(identity, signature);
    if (group.written.codes.length === 0) return;
    const size = this.#rows.size;
    const old = this.#old ? this.#old.#rows.get(identity) : undefined;
    this.#rows.set(identity, old?.group === group ? old : { group, entries: this.#entries(identity, group) });
    if (old && this.#rows.size > size) this.#known += 1;
  }

  #setRow(identity: number, signature: number): void {
    const group = this.#group(identity, signature);
    const before = this.#rows.get(identity);
    if (before?.group === group) return;
    if (group.written.codes.length === 0) {
      if (before && this.#rows.delete(identity)) this.#order = null;
      return;
    }
    this.#rows.set(identity, { group, entries: this.#entries(identity, group) });
    if (!before) this.#order = null;
  }

  #root(identity: number): number {
    const { localHost, index } = this.input;
    if (localHost && identity === IDENTITY.HOST) return this.#signatures.step(-1, LOCAL_HOST);
    return this.#signatures.step(-1, CLASS + index.classOf(identity));
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
    const { index, namedPorts, rules } = this.input;
    const ports = namedPorts.get(identity);
    if (!ports) return [];
    const cls = index.classOf(identity);
    const slots = [identity, IDENTITY.ANY, ...(cls ? [cls] : [])].map((id) => index.numbers.slotOf(id));
    return this.#named.flatMap(({ rule, peers }) => {
      if (!slots.some((slot) => slot >= 0 && peers.has(slot))) return [];
      const keys: KeyCode[] = namedKeys(rules[rule]!.named!, ports);
      return keys.length > 0 ? [{ rule, keys }] : [];
    });
  }

  /** The rules behind a signature, in their order; those of named ports stand apart. */
  #rulesOf(signature: number): number[] {
    const rules: number[] = [];
    for (const place of this.#signatures.additions(signature).reverse())
      for (const rule of this.#sets[place]?.rules ?? []) rules.push(rule);
    return rules.sort((a, b) => a - b);
  }

  #rulesAt(level: number): number[] {
    const slot = this.input.index.numbers.slotOf(level);
    const met = this.#sets.filter(({ peers }) => peers.has(slot));
    return met.flatMap(({ rules }) => rules).sort((a, b) => a - b);
  }

  /** The computation for all peers of a signature, made for the first of them. */
  #group(identity: number, signature: number): Group {
    const level = identity < IDENTITY.CLUSTER_MIN ? this.#levels.get(identity) : undefined;
    if (level) return level;
    let group = this.#groups.get(signature);
    if (!group) {
      // What it was computed from is not kept: there is one for each kind of peer.
      const { written } = this.#compute(identity, signature);
      const old = this.#old ? this.#old.#rows.get(identity)?.group : undefined;
      group = old && sameWritten(old.written, written) ? old : { written };
      this.#groups.set(signature, group);
    }
    return group;
  }

  #compute(identity: number, signature: number): Distilled {
    const { index, localHost } = this.input;
    const cls = index.classOf(identity);
    const read = (cls ? [cls, IDENTITY.ANY] : [IDENTITY.ANY]).map((id) => this.#levels.get(id)!);
    const own = levelOf(
      this.#judge,
      this.#rulesOf(signature),
      this.#named.length > 0 ? this.#namedGrants(identity) : [],
      { localHost: localHost && identity === IDENTITY.HOST, fallback: false },
    );
    const others = read.filter((o) => o.level.codes.length > 0);
    return distil(this.#judge, own, others, 2);
  }

  #level(identity: number): void {
    const fallback = identity === IDENTITY.ANY && !this.input.fallback.deny;
    const own = levelOf(this.#judge, this.#rulesAt(identity), [], { localHost: false, fallback });
    const any = this.#levels.get(IDENTITY.ANY);
    this.#levels.set(identity, distil(this.#judge, own, any ? [any] : [], any ? 1 : 0));
  }
}
