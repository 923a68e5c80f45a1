import {
  canonicalPrefix,
  covers,
  type IpcacheEntry,
  IpcacheFlag,
  parsePrefix,
  ReservedIdentity,
} from '@sluice/datapath';
import type { AllocationValue } from '@sluice/store';
import type { RemoteEndpoint } from '../state.js';

/** An address of a local workload whose identity is known. */
export interface LocalAddress {
  readonly address: string;
  readonly identity: number;
}

export interface IpcacheInput {
  readonly node: string;
  /** This node's own addresses. */
  readonly ownAddresses: readonly string[];
  readonly routing: 'tunnel' | 'native';
  readonly allocations: ReadonlyMap<string, AllocationValue>;
  /** The number of a node in this node's maps. */
  readonly nodeNumber: (node: string) => number;
  /** Addresses of the entity kube-apiserver. Those of workloads and nodes stay theirs. */
  readonly apiServers: readonly string[];
  /** Prefixes that nodes get theirs from. */
  readonly pools: readonly string[];
  readonly endpoints: Iterable<RemoteEndpoint>;
  /** Whether a cluster identity exists. An endpoint that claims any other is not believed. */
  readonly knowsIdentity: (identity: number) => boolean;
  readonly local: readonly LocalAddress[];
  /** Prefixes that policies name, with their node-local identities. */
  readonly cidrs: ReadonlyMap<string, number>;
}

export interface DesiredIpcache {
  readonly entries: ReadonlyMap<string, IpcacheEntry>;
  /** Endpoints that are not believed, and why. */
  readonly refused: readonly { readonly endpoint: string; readonly reason: string }[];
}

const entry = (identity: number, flags = 0, tunnel: string | null = null): IpcacheEntry => ({
  identity,
  flags,
  tunnel,
  encryptKey: 0,
});

/**
 * Which identity each address has, and where it lives, from nothing: what `Owners` must come to by changes. One address has one owner, by rank: endpoint, node, prefix of a
 * policy; what is left of a pool, given out to a node or not, is `unknown`, which no CIDR and no world peer matches,
 * whatever prefix a policy names inside it. Pure.
 */
export function desiredIpcache(input: IpcacheInput): DesiredIpcache {
  const entries = new Map<string, IpcacheEntry>();
  const refused: { endpoint: string; reason: string }[] = [];
  const given = [...input.allocations.values()].flatMap(({ prefixes }) => prefixes);
  const pools = [...input.pools, ...given].map(parsePrefix);
  for (const [prefix, identity] of input.cidrs) {
    const packed = parsePrefix(prefix);
    if (!pools.some((pool) => covers(pool, packed))) entries.set(canonicalPrefix(prefix), entry(identity));
  }
  for (const address of input.apiServers) {
    if (pools.some((pool) => covers(pool, parsePrefix(address)))) continue;
    entries.set(canonicalPrefix(address), entry(ReservedIdentity.kubeApiserver));
  }
  for (const pool of input.pools) entries.set(canonicalPrefix(pool), entry(ReservedIdentity.unknown));
  addAllocations(input, entries);
  addNodes(input, entries);
  for (const endpoint of input.endpoints) {
    if (endpoint.node === input.node) continue;
    const reason = addEndpoint(input, endpoint, entries);
    if (reason !== null) refused.push({ endpoint: `${endpoint.node}/${endpoint.id}`, reason });
  }
  for (const { address, identity } of input.local) entries.set(canonicalPrefix(address), entry(identity));
  return { entries, refused };
}

function place(
  input: IpcacheInput,
  node: string,
): { readonly flags: number; readonly tunnel: string | null } {
  const tunnel = input.allocations.get(node)?.tunnelAddress ?? null;
  if (node === input.node || input.routing === 'native' || tunnel === null) return { flags: 0, tunnel: null };
  return { flags: IpcacheFlag.tunnel, tunnel };
}

function addAllocations(input: IpcacheInput, entries: Map<string, IpcacheEntry>): void {
  for (const [node, allocation] of input.allocations) {
    const { flags, tunnel } = place(input, node);
    for (const prefix of allocation.prefixes) {
      entries.set(canonicalPrefix(prefix), entry(ReservedIdentity.unknown, flags, tunnel));
    }
  }
}

function addNodes(input: IpcacheInput, entries: Map<string, IpcacheEntry>): void {
  for (const [node, allocation] of input.allocations) {
    if (node === input.node) continue;
    // Workloads reach a node through its tunnel: outside it their addresses are nobody's, and are dropped there.
    const { flags, tunnel } = place(input, node);
    for (const address of [...allocation.addresses, allocation.tunnelAddress]) {
      entries.set(canonicalPrefix(address), entry(input.nodeNumber(node), IpcacheFlag.node | flags, tunnel));
    }
  }
  const own = input.allocations.get(input.node);
  for (const address of [...input.ownAddresses, ...(own ? [...own.addresses, own.tunnelAddress] : [])]) {
    entries.set(canonicalPrefix(address), entry(ReservedIdentity.host, IpcacheFlag.node));
  }
}

/** Adds a remote endpoint, or tells why it is not believed: then its addresses stay `unknown`. */
function addEndpoint(
  input: IpcacheInput,
  endpoint: RemoteEndpoint,
  entries: Map<string, IpcacheEntry>,
): string | null {
  const { node, value } = endpoint;
  const allocation = input.allocations.get(node);
  if (!allocation) return 'its node has no allocation';
  if (value.state === 'creating' || value.state === 'waiting-for-identity') return null;
  if (!input.knowsIdentity(value.identity)) return `identity ${value.identity} is not assigned`;
  const prefixes = allocation.prefixes.map(parsePrefix);
  const { flags, tunnel } = place(input, node);
  const wrong = value.addresses.find((address) => address.includes('/'));
  if (wrong !== undefined) return `${wrong} is no address`;
  for (const address of value.addresses) {
    const packed = parsePrefix(address);
    if (!prefixes.some((prefix) => covers(prefix, packed))) return `${address} is not of its node’s prefixes`;
    entries.set(canonicalPrefix(address), entry(value.identity, flags, tunnel));
  }
  return null;
}
