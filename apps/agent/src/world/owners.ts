import {
  canonicalPrefix,
  covers,
  type IpcacheEntry,
  IpcacheFlag,
  parsePrefix,
  ReservedIdentity,
} from '@sluice/datapath';
import type { AllocationValue } from '@sluice/store';
import { messageOf } from '../util/errors.js';
import { Claims, type Rank } from './claims.js';
import { Counted } from './counted.js';
import { PrefixSet } from './prefixes.js';
import type { RemoteEndpoint, SharedState } from './state.js';

export interface OwnersOptions {
  readonly node: string;
  /** This node's own addresses. */
  readonly ownAddresses: readonly string[];
}

/** What of the store is new since it was last looked at: keys of its maps. */
export interface StoreChanges {
  readonly endpoints: ReadonlySet<string>;
  readonly identities: ReadonlySet<number>;
  readonly allocations: ReadonlySet<string>;
  readonly pools: ReadonlySet<string>;
}

const entry = (identity: number, flags = 0, tunnel: string | null = null): IpcacheEntry => ({
  identity,
  flags,
  tunnel,
  encryptKey: 0,
});

/** An endpoint's place in the indexes. */
interface Listed {
  readonly node: string;
  readonly identity: number;
}

type Said = readonly (readonly [address: string, entry: IpcacheEntry])[];

/**
 * Which identity each address has, and where it lives. One address has one owner, by rank: endpoint, node, prefix of a
 * policy; what is left of a pool, given out to a node or not, is `unknown`, which no CIDR and no world peer matches,
 * whatever prefix a policy names inside it. Told of changes, it looks only at what they meet.
 */
export class Owners {
  readonly claims = new Claims();
  /** What is not believed, by who says it, and why: what he speaks of stays with whom it would be without him. */
  readonly refused = new Map<string, string>();
  /** Pools, and what of them was given to nodes. */
  private readonly pools = new PrefixSet();
  private readonly held = new Counted();
  private readonly poolOf = new Map<string, readonly string[]>();
  private readonly cidrs = new Map<string, number>();
  private readonly named = new PrefixSet();
  private readonly listed = new Map<string, Listed>();
  private readonly byNode = new Index<string>();
  private readonly byIdentity = new Index<number>();
  private readonly identities = new Set<number>();
  private routing = '';
  private apiServers: readonly string[] = [];

  constructor(
    private readonly options: OwnersOptions,
    private numberOf: (node: string) => number = () => ReservedIdentity.remoteNode,
  ) {}

  /** Takes what is new in the store. */
  update(state: SharedState, changes: StoreChanges): void {
    const rerouted = state.settings.routing !== this.routing;
    this.routing = state.settings.routing;
    const nodes = rerouted
      ? new Set([...changes.allocations, ...state.allocations.keys()])
      : changes.allocations;
    const endpoints = new Set(changes.endpoints);
    for (const name of nodes) {
      this.setAllocation(name, state);
      for (const key of this.byNode.of(name)) endpoints.add(key);
    }
    for (const name of changes.pools) this.sayPool(name, state.pools.get(name)?.prefix);
    this.poolsChanged();
    for (const identity of changes.identities) {
      if (!this.note(identity, state.identities.has(identity))) continue;
      for (const key of this.byIdentity.of(identity)) endpoints.add(key);
    }
    for (const key of endpoints) this.setEndpoint(key, state);
  }

  /** Sets what stands for each node in this node's maps. */
  setNumbers(state: SharedState, numberOf: (node: string) => number): void {
    this.numberOf = numberOf;
    for (const name of state.allocations.keys()) this.sayNode(name, state);
  }

  /** Sets the addresses of the entity kube-apiserver. Those of workloads and nodes stay theirs. */
  setApiServers(addresses: readonly string[]): void {
    if (addresses.join() === this.apiServers.join()) return;
    const before = this.apiServers;
    this.apiServers = addresses;
    for (const address of new Set([...before, ...addresses])) this.sayApiServer(address);
  }

  /** Sets the node-local identity of a prefix that policies name; null: it is not named any more. */
  setCidr(prefix: string, identity: number | null): void {
    if (identity === null) {
      this.cidrs.delete(prefix);
      this.named.delete(prefix);
    } else {
      this.cidrs.set(prefix, identity);
      this.named.add(prefix);
    }
    this.sayCidr(prefix);
  }

  /** Sets the addresses of a local workload; null: it is gone, or has no identity. */
  setLocal(
    id: number,
    local: { readonly addresses: readonly string[]; readonly identity: number } | null,
  ): void {
    this.say('local', String(id), () =>
      (local?.addresses ?? []).map((address) => [address, entry(local!.identity)]),
    );
  }

  private setAllocation(name: string, state: SharedState): void {
    const allocation = state.allocations.get(name);
    this.setPool(`allocation ${name}`, allocation?.prefixes ?? []);
    this.say('allocation', name, () => {
      if (!allocation) return [];
      const { flags, tunnel } = this.place(name, allocation);
      const unknown = entry(ReservedIdentity.unknown, flags, tunnel);
      return allocation.prefixes.map((prefix) => [prefix, unknown]);
    });
    this.sayNode(name, state);
  }

  /** Workloads reach a node through its tunnel: outside it their addresses are nobody's, and are dropped there. */
  private sayNode(name: string, state: SharedState): void {
    const { node, ownAddresses } = this.options;
    const allocation = state.allocations.get(name);
    const isOwn = name === node;
    this.say('node', isOwn ? OWN : name, () => {
      const addresses = allocation ? [...allocation.addresses, allocation.tunnelAddress] : [];
      if (isOwn)
        return [...ownAddresses, ...addresses].map((address) => [
          address,
          entry(ReservedIdentity.host, IpcacheFlag.node),
        ]);
      if (!allocation) return [];
      const { flags, tunnel } = this.place(name, allocation);
      const remote = entry(this.numberOf(name), IpcacheFlag.node | flags, tunnel);
      return addresses.map((address) => [address, remote]);
    });
  }

  private place(
    node: string,
    { tunnelAddress }: AllocationValue,
  ): { readonly flags: number; readonly tunnel: string | null } {
    if (node === this.options.node || this.routing === 'native') return { flags: 0, tunnel: null };
    return { flags: IpcacheFlag.tunnel, tunnel: tunnelAddress };
  }

  private sayPool(name: string, prefix: string | undefined): void {
    const prefixes = prefix === undefined ? [] : [prefix];
    this.setPool(`pool ${name}`, prefixes);
    this.say('pool', name, () => prefixes.map((one) => [one, entry(ReservedIdentity.unknown)]));
  }

  /** Takes a pool, or a node's share of one. What is no prefix is in no pool; who says it is refused. */
  private setPool(source: string, given: readonly string[]): void {
    const prefixes = given.filter(isPrefix).map(canonicalPrefix);
    this.held.hold(prefixes);
    this.held.release(this.poolOf.get(source) ?? []);
    if (prefixes.length > 0) this.poolOf.set(source, prefixes);
    else this.poolOf.delete(source);
  }

  /** Prefixes of policies and the API server's addresses are not asked for inside a pool. */
  private poolsChanged(): void {
    const { added, removed } = this.held.take();
    for (const prefix of added) this.pools.add(prefix);
    for (const prefix of removed) this.pools.delete(prefix);
    const changed = [...added, ...removed];
    for (const cidr of new Set(changed.flatMap((prefix) => this.named.inside(prefix)))) this.sayCidr(cidr);
    if (changed.length > 0) for (const address of this.apiServers) this.sayApiServer(address);
  }

  private sayCidr(prefix: string): void {
    const identity = this.cidrs.get(prefix);
    const isSaid = identity !== undefined && this.pools.covering(prefix).length === 0;
    this.say('cidr', prefix, () => (isSaid ? [[prefix, entry(identity)]] : []));
  }

  private sayApiServer(address: string): void {
    this.say('api-server', address, () => {
      const isSaid = this.apiServers.includes(address) && this.pools.covering(address).length === 0;
      return isSaid ? [[address, entry(ReservedIdentity.kubeApiserver)]] : [];
    });
  }

  /** Notes whether an identity exists. Returns whether that is new. */
  private note(identity: number, exists: boolean): boolean {
    if (exists === this.identities.has(identity)) return false;
    if (exists) this.identities.add(identity);
    else this.identities.delete(identity);
    return true;
  }

  private setEndpoint(key: string, state: SharedState): void {
    const before = this.listed.get(key);
    if (before) {
      this.byNode.delete(before.node, key);
      this.byIdentity.delete(before.identity, key);
      this.listed.delete(key);
    }
    const endpoint = state.endpoints.get(key);
    if (!endpoint || endpoint.node === this.options.node) return this.say('endpoint', key, () => []);
    const { node, value } = endpoint;
    this.listed.set(key, { node, identity: value.identity });
    this.byNode.add(node, key);
    this.byIdentity.add(value.identity, key);
    this.say('endpoint', key, () => this.said(endpoint, state));
  }

  /** What an endpoint says; throws where it is not believed: then its addresses stay `unknown`. */
  private said({ node, value }: RemoteEndpoint, state: SharedState): Said {
    const allocation = state.allocations.get(node);
    if (!allocation) throw new Error('its node has no allocation');
    if (value.state === 'creating' || value.state === 'waiting-for-identity') return [];
    if (!this.identities.has(value.identity)) throw new Error(`identity ${value.identity} is not assigned`);
    const prefixes = allocation.prefixes.map(parsePrefix);
    const { flags, tunnel } = this.place(node, allocation);
    return value.addresses.map((address) => {
      if (address.includes('/')) throw new Error(`${address} is no address`);
      const packed = parsePrefix(address);
      if (!prefixes.some((prefix) => covers(prefix, packed)))
        throw new Error(`${address} is not of its node’s prefixes`);
      return [address, entry(value.identity, flags, tunnel)];
    });
  }

  private say(rank: Rank, source: string, what: () => Said): void {
    const who = `${rank} ${source.replace('shared/endpoints/', '')}`;
    try {
      this.claims.set(rank, source, what());
      this.refused.delete(who);
    } catch (error) {
      this.claims.withdraw(rank, source);
      this.refused.set(who, messageOf(error));
    }
  }
}

/** The source of this node's own addresses: after all others by name, so that no other node can claim them. */
const OWN = '~';

function isPrefix(text: string): boolean {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
}

/** Keys by what they have in common. */
class Index<T> {
  private readonly sets = new Map<T, Set<string>>();

  of(common: T): Iterable<string> {
    return this.sets.get(common) ?? [];
  }

  add(common: T, key: string): void {
    const set = this.sets.get(common);
    if (set) set.add(key);
    else this.sets.set(common, new Set([key]));
  }

  delete(common: T, key: string): void {
    const set = this.sets.get(common);
    if (set?.delete(key) && set.size === 0) this.sets.delete(common);
  }
}
