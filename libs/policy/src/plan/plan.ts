import {
  cidrLabels,
  type Family,
  IDENTITY,
  isCluster,
  type Labels,
  matches,
  parsePrefix,
  reservedLabels,
} from '@sluice/labels';
import { Resolver } from '../engine/resolver.js';
import type { NormalPolicy } from '../normal/form.js';
import { PolicyForms } from '../normal/forms.js';
import type { IdentityInput, NodeInput, PolicyRef, ResolvedClass, StoredPolicy } from '../types.js';
import { changedRanges, looksSame, type Side } from './ranges.js';
import type { PlanInput, PlanParty, PlanResult, PlanRow, PlanSize } from './types.js';

/** After so many small steps the caller may let others run. */
const EACH = 64;
/** Entities that a workload can meet beside workloads, prefixes and nodes, with the family that their class is of. */
const ENTITIES: readonly (readonly [number, Family])[] = [
  [IDENTITY.HOST, 4],
  [IDENTITY.REMOTE_NODE, 4],
  [IDENTITY.KUBE_APISERVER, 4],
  [IDENTITY.INIT, 4],
  [IDENTITY.HEALTH, 4],
  [IDENTITY.WORLD_IPV4, 4],
  [IDENTITY.WORLD_IPV6, 6],
];

const WHOLE: Readonly<Record<number, string>> = {
  [IDENTITY.WORLD_IPV4]: '0.0.0.0/0',
  [IDENTITY.WORLD_IPV6]: '::/0',
};

type Steps<T> = Generator<void, T>;
const keyOf = ({ kind, scope, name }: PolicyRef): string => `${kind}\n${scope}\n${name}`;

/** A subject whose map may change, and both its forms. */
interface Touched {
  readonly party: PlanParty;
  before: ResolvedClass | null;
  after: ResolvedClass | null;
  readonly size: { before: number; after: number };
}

const newTouched = (party: PlanParty): Touched => ({
  party,
  before: null,
  after: null,
  size: { before: 0, after: 0 },
});

/**
 * What a change of policies changes for live workloads: each pair of parties and the ports that it gains or loses, by the maps before
 * and after, both ends counted. An end without a policy of Sluice's (the outside, nodes as peers) lets everything through; a workload
 * and itself as one endpoint is not asked. Workloads of one identity are one party: where their named ports differ, a name means what
 * all agree on. Steps may be interrupted anywhere; the inputs must not change meanwhile. Pure.
 */
export function* plan(input: PlanInput): Steps<PlanResult> {
  return yield* new Planner(input).run();
}

/** The entries of each subject's map before and after, alone. */
export function* planSizes(input: Omit<PlanInput, 'limit'>): Steps<readonly PlanSize[]> {
  return yield* new Planner({ ...input, limit: 0 }).sizes();
}

class Planner {
  readonly #resolver: Resolver;
  readonly #old = new Map<string, StoredPolicy>();
  readonly #forms: PolicyForms;
  readonly #changed: readonly NormalPolicy[];
  readonly #peers: PlanParty[] = [];
  readonly #live: ReadonlyMap<number, PlanParty>;
  readonly #touched = new Map<number, Touched>();
  readonly #others = new Map<number, ResolvedClass>();
  readonly #rows: PlanRow[] = [];
  #gained = 0;
  #lost = 0;

  constructor(readonly input: PlanInput) {
    const { world, put, deleted } = input;
    this.#resolver = new Resolver(world.mode);
    for (const policy of world.policies) this.#old.set(keyOf(policy), policy);
    const before = [...put, ...deleted].flatMap((ref) => this.#old.get(keyOf(ref)) ?? []);
    this.#forms = input.forms ?? new PolicyForms();
    this.#changed = [...before, ...put].map((stored) => this.#forms.of(stored));
    this.#live = new Map(world.identities.map((i) => [i.id, partyOf(i)]));
  }

  *run(): Steps<PlanResult> {
    const hosts = yield* this.#bothForms();
    for (const touched of this.#touched.values()) yield* this.#compare(touched);
    for (const host of hosts) yield* this.#compareHost(host);
    return { rows: this.#rows, gained: this.#gained, lost: this.#lost, sizes: this.#sizes(hosts) };
  }

  *sizes(): Steps<readonly PlanSize[]> {
    return this.#sizes(yield* this.#bothForms());
  }

  #sizes(hosts: readonly Touched[]): PlanSize[] {
    return [...this.#touched.values(), ...hosts].map(({ party: subject, size }) => ({ subject, ...size }));
  }

  /** Resolves every touched subject before and after the change; returns the nodes among them. */
  *#bothForms(): Steps<readonly Touched[]> {
    yield* this.#feed();
    yield* this.#touch();
    yield* this.#resolve('before');
    const hosts = yield* this.#hosts('before', []);
    for (const policy of this.input.put) this.#resolver.setPolicy(this.#forms.of(policy));
    for (const ref of this.input.deleted) this.#resolver.deletePolicy(ref);
    yield;
    yield* this.#resolve('after');
    yield* this.#hosts('after', hosts);
    return hosts;
  }

  /** Gives the resolver everything, with a number for each prefix that policies of before or after name. */
  *#feed(): Steps<void> {
    const { world } = this.input;
    const resolver = this.#resolver;
    resolver.setAllowLocalHost(world.allowLocalHost ?? false);
    resolver.setServices(world.services ?? []);
    resolver.setNodes(world.nodes ?? []);
    for (const [identity, ports] of world.namedPorts ?? []) resolver.setNamedPorts(identity, ports);
    yield* inTurns(world.policies, (policy) => resolver.setPolicy(this.#forms.of(policy)));
    yield* inTurns(world.identities, (identity) => resolver.upsertIdentity(identity));
    const prefixes = new Set([...resolver.prefixes(), ...this.#changed.flatMap((p) => p.prefixes)]);
    const named = [...prefixes].sort().map(parsePrefix);
    this.#peers.push(...this.#live.values());
    const told = (world.nodes ?? []).filter((node) => node.identity >= IDENTITY.CIDR_FLAG * 2);
    for (const [identity, family] of ENTITIES)
      // Where a policy names all addresses of a family, that prefix is the world; nodes that are told apart are all remote nodes.
      if (!prefixes.has(WHOLE[identity] ?? '') && !(identity === IDENTITY.REMOTE_NODE && told.length > 0))
        this.#peers.push({ identity, family, prefix: null, node: null, labels: reservedLabels(identity) });
    this.#peers.push(...told.map(nodeParty));
    yield* inTurns(named, (prefix) => {
      const number = IDENTITY.CIDR_FLAG | (this.#peers.length + 1);
      const labels = cidrLabels(prefix, named);
      resolver.upsertIdentity({ id: number, labels });
      const { family, text } = prefix;
      this.#peers.push({ identity: number, family, prefix: text, node: null, labels });
    });
  }

  /** Finds the live workloads that changed policies select, before or after. */
  *#touch(): Steps<void> {
    const selectors = this.#changed.flatMap(({ specs }) =>
      specs.flatMap(({ subject }) => (subject.type === 'workloads' ? [subject.selector] : [])),
    );
    yield* inTurns([...this.#live.values()], (party) => {
      if (!selectors.some((selector) => matches(selector, party.labels))) return;
      this.#touched.set(party.identity, newTouched(party));
    });
  }

  *#resolve(form: 'before' | 'after'): Steps<void> {
    for (const touched of this.#touched.values()) {
      this.#take(touched, form, touched.party.identity);
      yield;
    }
  }

  #take(touched: Touched, form: 'before' | 'after', number: number): void {
    const resolved = this.#resolver.resolve(number);
    touched[form] = resolved;
    const staged = this.#resolver.hasStaged(number) ? this.#resolver.resolve(number, { staged: true }) : null;
    touched.size[form] = Math.max(resolved.entries.length, staged?.entries.length ?? 0);
  }

  /** Nodes that changed policies select, each resolved as the local node. */
  *#hosts(form: 'before' | 'after', found: Touched[]): Steps<Touched[]> {
    const selectors = this.#changed.flatMap(({ specs }) =>
      specs.flatMap(({ subject }) => (subject.type === 'nodes' ? [subject.selector] : [])),
    );
    const nodes = (this.input.world.nodes ?? []).filter((node) =>
      selectors.some((selector) => matches(selector, node.labels)),
    );
    for (const [i, node] of nodes.entries()) {
      const local = (other: NodeInput): NodeInput =>
        other === node ? { ...other, local: true, identity: IDENTITY.HOST } : other;
      this.#resolver.setNodes((this.input.world.nodes ?? []).map(local));
      const host = (found[i] ??= newTouched(nodeParty(node)));
      this.#take(host, form, IDENTITY.HOST);
      yield;
    }
    if (nodes.length > 0) this.#resolver.setNodes(this.input.world.nodes ?? []);
    return found;
  }

  *#compare(touched: Touched): Steps<void> {
    const { party } = touched;
    yield* inTurns(this.#peers, (peer) => {
      if (!looksSame(this.#side(party, 'egress', peer))) this.#pair(party, peer);
      if (looksSame(this.#side(party, 'ingress', peer))) return;
      // Seen from the other end already, where that end's own map changes about this pair too.
      const seen = this.#touched.has(peer.identity) && !looksSame(this.#side(peer, 'egress', party));
      if (!seen) this.#pair(peer, party);
    });
  }

  *#compareHost({ party, before, after }: Touched): Steps<void> {
    yield* inTurns(this.#peers, (peer) => {
      if (peer.identity === IDENTITY.HOST || peer.node === party.node) return;
      const about = { before, after, peer: peer.identity, family: peer.family };
      // A workload sees the node as one of the others, wherever it runs: most of them do elsewhere.
      const other = (direction: Side['direction']) =>
        isCluster(peer.identity) ? [this.#side(peer, direction, party)] : [];
      this.#add(party, peer, [{ ...about, direction: 'egress' }, ...other('ingress')]);
      this.#add(peer, party, [...other('egress'), { ...about, direction: 'ingress' }]);
    });
  }

  #pair(source: PlanParty, destination: PlanParty): void {
    const sides = [this.#side(source, 'egress', destination), this.#side(destination, 'ingress', source)];
    this.#add(source, destination, sides);
  }

  #add(source: PlanParty, destination: PlanParty, sides: readonly Side[]): void {
    if (sides.every(looksSame)) return;
    for (const range of changedRanges(sides)) {
      if (range.allowed) this.#gained++;
      else this.#lost++;
      if (this.#rows.length < this.input.limit) this.#rows.push({ source, destination, ...range });
    }
  }

  #side(owner: PlanParty, direction: Side['direction'], peer: PlanParty): Side {
    const about = { direction, peer: peer.identity, family: peer.family };
    const touched = this.#touched.get(owner.identity);
    if (touched) return { before: touched.before, after: touched.after, ...about };
    if (!isCluster(owner.identity)) return { before: null, after: null, ...about };
    let same = this.#others.get(owner.identity);
    if (!same) this.#others.set(owner.identity, (same = this.#resolver.resolve(owner.identity)));
    return { before: same, after: same, ...about };
  }
}

/** Runs each, and lets others run now and then. */
function* inTurns<T>(items: readonly T[], each: (item: T) => void): Steps<void> {
  for (const [i, item] of items.entries()) {
    each(item);
    if (i % EACH === EACH - 1) yield;
  }
}

const party = (identity: number, labels: Labels): PlanParty => ({
  identity,
  family: 4,
  prefix: null,
  node: null,
  labels,
});
const partyOf = ({ id, labels }: IdentityInput): PlanParty => party(id, labels);
const nodeParty = ({ identity, name, labels }: NodeInput): PlanParty => ({
  ...party(identity, labels),
  node: name,
});
