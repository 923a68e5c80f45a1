import {
  cidrLabels,
  derivedLabels,
  IDENTITY,
  isCidr,
  makeLabels,
  parsePrefix,
  prefixOfLabels,
} from '@sluice/labels';
import type { CidrSetDocument, PortDocument, RuleDocument, SpecDocument } from '../documents/types.js';
import { cidrPrefixesOf } from '../normal/normalise.js';
import type { OracleQuestion } from '../oracle/index.js';
import type { Direction, IdentityInput, StoredPolicy, World } from '../types.js';
import { Random } from './random.js';

export { Random } from './random.js';

const NAMESPACES = ['shop', 'bank', 'lab'];
const APPS = ['web', 'orders', 'db', ''];
const TIERS = ['front', 'back'];
const PORTS = [53, 80, 81, 443, 1000, 65535];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ANY'];
const CIDRS = ['198.18.0.0/15', '198.18.0.0/24', '198.18.0.7', '198.19.1.0/24', '0.0.0.0/0', 'fd00:198::/32', 'fd00:198:0:1::/64', 'fd00:198::7', '::/0']; // prettier-ignore
const SETS: readonly CidrSetDocument[] = [
  { cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] },
  { cidr: '198.18.0.0/24', except: ['198.18.0.7/32', '198.18.0.128/25'] },
  { cidr: '198.19.0.0/16' },
  { cidr: '198.18.0.0/15' },
  { cidr: 'fd00:198::/32' },
  { cidr: '0.0.0.0/0', except: ['198.18.0.0/15'] },
  { cidr: 'fd00:198::/32', except: ['fd00:198:0:1::/64'] },
  { cidr: '::/0', except: ['fd00:198::/32'] },
];
const ENTITIES = [
  'all',
  'world',
  'world-ipv4',
  'world-ipv6',
  'cluster',
  'host',
  'remote-node',
  'init',
  'none',
];

type Selector = NonNullable<SpecDocument['endpointSelector']>;

function randomSelector(r: Random): Selector {
  const matchLabels: Record<string, string> = {};
  const prefix = r.pick(['', 'any:', 'k8s:', 'container:']);
  if (r.chance(0.6)) matchLabels[`${prefix}app`] = r.pick(APPS);
  if (r.chance(0.2)) matchLabels['tier'] = r.pick(TIERS);
  if (r.chance(0.35)) return { matchLabels, matchExpressions: [randomExpression(r)] };
  return r.chance(0.3) ? {} : { matchLabels };
}

function randomExpression(r: Random) {
  const key = r.pick(['app', 'k8s:app', 'tier', 'container:app', 'absent']);
  const operator = r.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
  const withValues = operator === 'In' || operator === 'NotIn';
  return {
    key,
    operator,
    ...(withValues ? { values: r.some(1, 2, () => r.pick([...APPS, ...TIERS])) } : {}),
  };
}

function peerSelector(r: Random): Selector {
  const base = randomSelector(r);
  const pick = r.next();
  if (pick < 0.25)
    return { ...base, matchLabels: { ...base.matchLabels, [r.pick(['k8s:io.kubernetes.pod.namespace', 'io.kubernetes.pod.namespace'])]: r.pick(NAMESPACES) } }; // prettier-ignore
  if (pick < 0.3)
    return { matchExpressions: [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' }] };
  if (pick < 0.35)
    return { matchLabels: { [r.pick(['reserved:host', 'reserved:world-ipv4', 'reserved:init'])]: '' } };
  if (pick < 0.4) return { matchExpressions: [{ key: 'reserved:host', operator: 'DoesNotExist' }] };
  if (pick < 0.45) return { matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': r.pick(TIERS) } };
  return base;
}

function randomPort(r: Random): PortDocument {
  if (r.chance(0.12)) return { port: '0', protocol: r.pick(PROTOCOLS) };
  const port = r.pick(PORTS);
  const protocol = r.chance(0.2) ? {} : { protocol: r.pick(PROTOCOLS) };
  const endPort = r.chance(0.3) ? { endPort: Math.min(65535, port + r.pick([0, 1, 10, 1000, 60000])) } : {};
  return { port: r.chance(0.5) ? String(port) : port, ...protocol, ...endPort };
}

function randomRule(r: Random, side: 'from' | 'to'): RuleDocument {
  const rule: Record<string, unknown> = {};
  const kind = r.next();
  const some = <T>(make: () => T) => (r.chance(0.04) ? [] : r.some(1, 2, make));
  if (kind < 0.4) rule[`${side}Endpoints`] = some(() => peerSelector(r));
  else if (kind < 0.62) rule[`${side}Entities`] = some(() => r.pick(ENTITIES));
  else if (kind < 0.76) rule[`${side}CIDR`] = some(() => r.pick(CIDRS));
  else if (kind < 0.9) rule[`${side}CIDRSet`] = some(() => r.pick(SETS));
  if (r.chance(0.55)) rule['toPorts'] = r.chance(0.05) ? [] : r.some(1, 2, () => ({ ports: r.some(r.chance(0.05) ? 0 : 1, 2, () => randomPort(r)) })); // prettier-ignore
  return rule;
}

function randomSpec(r: Random): SpecDocument {
  const spec: Record<string, unknown> = { endpointSelector: r.chance(0.65) ? {} : randomSelector(r) };
  for (const [list, side, chance] of [
    ['ingress', 'from', 0.7],
    ['egress', 'to', 0.7],
    ['ingressDeny', 'from', 0.25],
    ['egressDeny', 'to', 0.25],
  ] as const)
    // prettier-ignore
    if (r.chance(chance)) spec[list] = r.some(r.chance(0.1) ? 0 : 1, 3, () => randomRule(r, side));
  if (r.chance(0.25)) spec['enableDefaultDeny'] = r.chance(0.5) ? { ingress: r.chance(0.3), egress: r.chance(0.3) } : { [r.pick(['ingress', 'egress'])]: r.chance(0.3) }; // prettier-ignore
  return spec;
}

/** One valid policy named `name`, of any kind that this version accepts. */
export function randomPolicy(r: Random, name: string, revision: number): StoredPolicy {
  const kind = r.pick([
    'Policy',
    'Policy',
    'ClusterPolicy',
    'CiliumNetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
  ]);
  const cilium = kind.startsWith('Cilium');
  const scope = /Cluster/.test(kind) ? '_cluster' : r.pick(NAMESPACES);
  const metadata = { name, ...(scope === '_cluster' ? {} : { namespace: scope }) };
  const specs =
    cilium && r.chance(0.2) ? { specs: r.some(1, 2, () => randomSpec(r)) } : { spec: randomSpec(r) };
  const apiVersion = cilium ? 'cilium.io/v2' : 'sluice.dev/v1';
  return {
    kind,
    scope,
    name,
    uid: `uid-${name}-${kind}-${scope}`,
    revision,
    document: { apiVersion, kind, metadata, ...specs },
  };
}

/** A workload's identity with derived labels, number `id`. */
export function randomIdentity(r: Random, id: number): IdentityInput {
  const namespace = r.pick(NAMESPACES);
  const own = [
    ...(r.chance(0.85)
      ? [{ source: r.pick(['k8s', 'k8s', 'container'] as const), key: 'app', value: r.pick(APPS) }]
      : []),
    ...(r.chance(0.5) ? [{ source: 'k8s' as const, key: 'tier', value: r.pick(TIERS) }] : []),
  ];
  const namespaceLabels = { team: namespace === 'shop' ? 'front' : 'back' };
  return { id, labels: makeLabels([...own, ...derivedLabels({ namespace, namespaceLabels })]) };
}

/** The identities of all prefixes that the policies name, numbered from the first CIDR number, with all covering labels. */
export function cidrIdentities(policies: readonly StoredPolicy[]): IdentityInput[] {
  const named = cidrPrefixesOf(policies).map(parsePrefix);
  return named.map((prefix, i) => ({ id: IDENTITY.CIDR_FLAG + i, labels: cidrLabels(prefix, named) }));
}

/** A whole random world: the same for the same generator state. Small on purpose, so that rules meet each other. */
export function randomWorld(r: Random): World {
  const mode = r.chance(0.08) ? 'never' : r.chance(0.5) ? 'default' : 'always';
  const count = r.int(2, 6);
  const policies = Array.from({ length: count }, (_, i) => randomPolicy(r, `p${i}`, 100 + i));
  const workloads = Array.from({ length: r.int(2, 6) }, (_, i) =>
    randomIdentity(r, IDENTITY.CLUSTER_MIN + i),
  );
  return { mode, policies, identities: [...workloads, ...cidrIdentities(policies)], namespaces: {} };
}

const RESERVED_PEERS = [IDENTITY.HOST, IDENTITY.REMOTE_NODE, IDENTITY.INIT, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.UNKNOWN]; // prettier-ignore

/** Whether a world's plain `world` identity of a family stands for addresses at all: not where the whole family is a named prefix. */
function isNamedWhole(world: World, bits: string): boolean {
  return world.identities.some((i) => isCidr(i.id) && prefixOfLabels(i.labels)?.text === bits);
}

/** Peers that a packet in this world can have. */
export function peersOf(world: World): number[] {
  const gone = [
    ...(isNamedWhole(world, '0.0.0.0/0') ? [IDENTITY.WORLD_IPV4] : []),
    ...(isNamedWhole(world, '::/0') ? [IDENTITY.WORLD_IPV6] : []),
  ];
  return [...RESERVED_PEERS.filter((n) => !gone.includes(n as 9)), ...world.identities.map((i) => i.id)];
}

/** The local subjects of a world: its workloads, and the workload that has no labels yet. */
export function subjectsOf(world: World): number[] {
  return [...world.identities.filter((i) => i.id < IDENTITY.CIDR_FLAG).map((i) => i.id), IDENTITY.INIT];
}

/** The family of a peer's addresses where its number says it, else any. */
function familyOf(r: Random, world: World, peer: number): 4 | 6 {
  if (peer === IDENTITY.WORLD_IPV4) return 4;
  if (peer === IDENTITY.WORLD_IPV6) return 6;
  const labels = isCidr(peer) ? world.identities.find((i) => i.id === peer)?.labels : undefined;
  return (labels && prefixOfLabels(labels)?.family) ?? r.pick([4, 6] as const);
}

/** A packet that could be seen in this world, mostly at ports near those that rules name. ICMP carries type << 8. */
export function randomQuestion(r: Random, world: World, subject: number): OracleQuestion {
  const peers = peersOf(world);
  const peer = r.pick(r.chance(0.3) ? peers.filter((n) => n < IDENTITY.CLUSTER_MIN) : peers);
  const direction: Direction = r.pick(['ingress', 'egress']);
  const protocol = r.pick([6, 6, 6, 17, 17, 132, 132, 1, 58]);
  const near = Math.min(65535, Math.max(0, r.pick(PORTS) + r.pick([-1, 0, 0, 0, 0, 0, 1, 10, 999])));
  const port =
    protocol === 1 || protocol === 58 ? r.pick([0, 8, 128]) << 8 : r.chance(0.9) ? near : r.int(0, 65535);
  return { subject, peer, family: familyOf(r, world, peer), direction, protocol, port };
}
