import { contains, IDENTITY, parsePrefix, prefixOfLabels, reservedLabels, type Prefix } from '@sluice/labels';
import {
  entityViews,
  hypothetical,
  isLabelSet,
  outsideIdentity,
  parseAddress,
  PARTY_ENTITIES,
  portsOf,
  shownParty,
  type ConnectionEnd,
  type IdentityInput,
} from '@sluice/policy';
import { invalid, notFound } from '../failure.js';
import type { ClusterSnapshot, KnownEndpoint } from '../world/snapshot.js';
import { apiServers, nodeNumber, portsOfIdentities } from './world.js';

/** One end of a connection in the store, and where the kernel could be asked about it. */
export interface StoredEnd {
  readonly end: ConnectionEnd;
  /** The identity that the world must know for it; null for those that every world knows. */
  readonly identity: IdentityInput | null;
  readonly endpoint: KnownEndpoint | null;
  /** Where it is a node. */
  readonly node: string | null;
}

/** What parties are looked up in. */
export interface Lookup {
  readonly snapshot: ClusterSnapshot;
  /** Prefixes of the pools, whose addresses are nobody's until somebody has them. */
  readonly pools: readonly string[];
  /** Prefixes that policies and services name. */
  readonly prefixes: () => Iterable<string>;
}

/** How a party was written. */
export interface Named {
  readonly text: string;
  readonly which: 'from' | 'to';
  /** Of labels, which only a trace may name; null: an explanation is about what there is. */
  readonly namespace: string | null;
}

/** Characters of a party's name: labels can be many. */
const MOST_TEXT = 8_192;

const scopedName = ({ value: { workload } }: KnownEndpoint) => `${workload.scope}/${workload.name}`;
const familyOf = (text: string) => parsePrefix(text).family;

function ofWorkload(endpoint: KnownEndpoint, { snapshot }: Lookup, address: Prefix | null): StoredEnd {
  const { node, id, value } = endpoint;
  // Without an identity yet it is what the data path takes it for.
  const number = value.identity === 0 ? IDENTITY.INIT : value.identity;
  const identity = snapshot.identities.find((i) => i.id === number) ?? null;
  const labels = identity?.labels ?? reservedLabels(number);
  const families = value.addresses.map(familyOf);
  const shown = shownParty({ identity: number, labels, workloads: [scopedName(endpoint)], node });
  const views = [{ family: address?.family ?? null, identity: () => number }];
  const subject = { node, identity: number, ports: portsOf(value) };
  const end = { name: `${node}/${id}`, shown, views, subject, addresses: value.addresses, families };
  return { end, identity, endpoint, node: null };
}

function ofNode(name: string, { snapshot }: Lookup, address: Prefix | null): StoredEnd {
  const allocation = snapshot.allocations.get(name);
  const addresses = [...new Set([...(allocation?.addresses ?? []), allocation?.tunnelAddress ?? ''])].filter(Boolean);
  const end: ConnectionEnd = {
    name: `node/${name}`,
    shown: shownParty({ identity: IDENTITY.HOST, labels: allocation?.labels ?? [], node: name }),
    views: [{ family: address?.family ?? null, identity: (local) => nodeNumber(snapshot, name, local) }],
    subject: { node: name, identity: IDENTITY.HOST, ports: null },
    addresses,
    families: addresses.map(familyOf),
  };
  return { end, identity: null, endpoint: null, node: name };
} // prettier-ignore

function ofAddress(text: string, address: Prefix, which: Named['which'], lookup: Lookup): StoredEnd {
  const { snapshot, pools } = lookup;
  const is = (other: string) => parsePrefix(other).text === address.text;
  // Agents write addresses in their canonical form.
  const plain = address.text.slice(0, address.text.lastIndexOf('/'));
  const endpoint = snapshot.endpoints.find((e) => e.value.addresses.includes(plain));
  if (endpoint) return ofWorkload(endpoint, lookup, address);
  for (const [name, { addresses, tunnelAddress }] of snapshot.allocations)
    if ([...addresses, tunnelAddress].filter(Boolean).some(is)) return ofNode(name, lookup, address);
  const given = [...snapshot.allocations.values()].flatMap((a) => a.prefixes);
  const nobodys = [...pools, ...given].some((p) => contains(parsePrefix(p), address));
  const api = !nobodys && apiServers(snapshot).includes(address.text);
  const identity = nobodys
    ? { id: IDENTITY.UNKNOWN, labels: [] }
    : api
      ? { id: IDENTITY.KUBE_APISERVER, labels: [] }
      : outsideIdentity(address, lookup.prefixes(), which === 'from' ? 1 : 2);
  const prefix = prefixOfLabels(identity.labels)?.text ?? '';
  const end: ConnectionEnd = {
    name: text,
    shown: shownParty({ identity: identity.id, labels: identity.labels, prefix }),
    views: [{ family: address.family, identity: () => identity.id }],
    subject: null,
    addresses: [text],
    families: [address.family],
  };
  return { end, identity: identity.id >= IDENTITY.CLUSTER_MIN ? identity : null, endpoint: null, node: null };
}

function ofEntity(name: string, views: ConnectionEnd['views']): StoredEnd {
  const identity = views[0]?.identity('') ?? 0;
  const subject = identity === IDENTITY.INIT ? { node: '', identity, ports: null } : null;
  const shown = shownParty({ identity, labels: reservedLabels(identity) });
  return {
    end: { name, shown, views, subject, addresses: [], families: [] },
    identity: null,
    endpoint: null,
    node: null,
  };
}

function ofLabels({ text, which, namespace }: Named, { snapshot }: Lookup): StoredEnd {
  if (namespace === null)
    throw invalid(`${JSON.stringify(text)} is a set of labels`, 'explain is about what there is; trace takes labels');
  const identity = hypothetical(text, namespace, { identities: snapshot.identities, derived: () => null });
  // Two ends of unknown labels must not share a number.
  const number = snapshot.identities.includes(identity) || which === 'from' ? identity.id : identity.id - 1;
  const own = { ...identity, id: number };
  const end: ConnectionEnd = {
    name: `${text} (${which})`,
    shown: shownParty({ identity: number, labels: own.labels }),
    views: [{ family: null, identity: () => number }],
    subject: { node: '', identity: number, ports: portsOfIdentities(snapshot, new Set([number])).get(number)?.[0] ?? null },
    addresses: [],
    families: [],
  };
  return { end, identity: own, endpoint: null, node: null };
} // prettier-ignore

/** `scope/name`, `scope/name@node`, or a name that only one workload has. */
function byName(text: string, { snapshot }: Lookup): KnownEndpoint {
  const at = text.lastIndexOf('@');
  const [name, node] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  const fits = (e: KnownEndpoint) =>
    (node === null || e.node === node) &&
    (scopedName(e) === name || (!name.includes('/') && e.value.workload.name === name));
  const found = snapshot.endpoints.filter(fits);
  const [only, second] = found;
  if (!only)
    throw notFound(
      `there is no workload ${JSON.stringify(text)}`,
      `parties are scope/name, scope/name@node, node/NAME, an address, or one of ${PARTY_ENTITIES.join(', ')}`,
    );
  if (second) {
    const all = found.slice(0, 10).map((e) => `${scopedName(e)}@${e.node}`);
    throw invalid(`${JSON.stringify(text)} could be ${all.join(' or ')}`, 'name one of them');
  }
  return only;
}

/** Finds what the name of a party means. INVALID_ARGUMENT or NOT_FOUND say why it means nothing. */
export function partyOf(named: Named, lookup: Lookup): StoredEnd {
  const { text, which } = named;
  if (text === '') throw invalid(`no ${which} is named`);
  if (text.length > MOST_TEXT) throw invalid(`${which} is longer than ${MOST_TEXT} characters`);
  if (isLabelSet(text)) return ofLabels(named, lookup);
  const views = entityViews(text);
  if (views) return ofEntity(text, views);
  const address = parseAddress(text);
  if (address) return ofAddress(text, address, which, lookup);
  if (text.startsWith('node/')) {
    const name = text.slice('node/'.length);
    if (lookup.snapshot.allocations.has(name)) return ofNode(name, lookup, null);
    if (!lookup.snapshot.endpoints.some((e) => scopedName(e) === text))
      throw notFound(`there is no node ${JSON.stringify(name)}`, 'sluice nodes lists them');
  }
  return ofWorkload(byName(text, lookup), lookup, null);
}
