import type {
  CidrSetDocument,
  CiliumSchemaDocument,
  IcmpDocument,
  OrderedRuleDocument,
  PortDocument,
  RuleDocument,
  ServiceDocument,
  SpecDocument,
} from '../documents/types.js';
import { APPS, NAMESPACES, PORT_NAMES, PORTS, PREFIXES, TIERS, type Maker } from './maker.js';
import type { Random } from './random.js';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ANY'];
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
const ENTITIES = ['all', 'world', 'world', 'world-ipv4', 'world-ipv4', 'world-ipv6', 'world-ipv6', 'cluster', 'host', 'host', 'remote-node', 'remote-node', 'init', 'init', 'none']; // prettier-ignore
const ICMP4 = [8, 'EchoRequest', 0, 'EchoReply', '3', 'DestinationUnreachable'];
const ICMP6 = [128, 'EchoRequest', '129', 'EchoReply', 2, 'PacketTooBig'];

type Selector = NonNullable<SpecDocument['endpointSelector']>;

/** A selector over the labels that random workloads have. */
export function randomSelector(r: Random): Selector {
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

/** A selector over the labels that random nodes have. */
export function nodeSelector(r: Random): Selector {
  if (r.chance(0.35)) return {};
  if (r.chance(0.3))
    return { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: [r.pick(['a', 'b'])] }] };
  return { matchLabels: r.chance(0.5) ? { zone: r.pick(['a', 'b']) } : { role: 'control' } };
}

function randomService({ r }: Maker, clusterWide: boolean): ServiceDocument {
  const namespace = clusterWide || r.chance(0.4) ? { namespace: r.pick(NAMESPACES) } : {};
  if (r.chance(0.6)) return { k8sService: { serviceName: r.pick(['s0', 's1', 's2', 'gone']), ...namespace } };
  return { k8sServiceSelector: { selector: { matchLabels: { app: r.pick(['web', 'db']) } }, ...namespace } };
}

function randomPort(make: Maker, named: boolean): PortDocument {
  const { r } = make;
  const protocol = r.chance(0.2) ? {} : { protocol: r.pick(PROTOCOLS) };
  if (named && make.sometimes('named-ports', 0.08)) return { port: r.pick(PORT_NAMES), ...protocol };
  if (r.chance(0.12)) return { port: '0', protocol: r.pick(PROTOCOLS) };
  const port = r.pick(PORTS);
  const endPort = r.chance(0.25) ? { endPort: Math.min(65535, port + r.pick([0, 1, 10, 1000, 60000])) } : {};
  return { port: r.chance(0.5) ? String(port) : port, ...protocol, ...endPort };
}

function randomIcmp({ r }: Maker): IcmpDocument {
  return {
    fields: r.some(1, 3, () =>
      r.chance(0.5)
        ? { type: r.pick(ICMP4), ...(r.chance(0.5) ? { family: 'IPv4' as const } : {}) }
        : { type: r.pick(ICMP6), family: 'IPv6' as const },
    ),
  };
}

interface RuleWishes {
  readonly clusterWide: boolean;
  readonly namedPorts: boolean;
}

/** One rule. The three kinds of themed peers come first, so that a theme shows. */
export function randomRule(make: Maker, side: 'from' | 'to', wishes: RuleWishes): RuleDocument {
  const { r } = make;
  const rule: Record<string, unknown> = {};
  const some = <T>(one: () => T) => (r.chance(0.04) ? [] : r.some(1, 2, one));
  const kind = r.next();
  if (side === 'to' && make.sometimes('services', 0.25))
    rule['toServices'] = some(() => randomService(make, wishes.clusterWide));
  else if (make.sometimes('nodes', 0.06)) rule[`${side}Nodes`] = some(() => nodeSelector(r));
  else if (make.sometimes('entities', 0.06))
    rule[`${side}Entities`] = some(() =>
      r.pick(['health', 'health', 'kube-apiserver', 'kube-apiserver', 'ingress']),
    );
  else if (kind < 0.36) rule[`${side}Endpoints`] = some(() => peerSelector(r));
  else if (kind < 0.62) rule[`${side}Entities`] = some(() => r.pick(ENTITIES));
  else if (kind < 0.74) rule[`${side}CIDR`] = some(() => r.pick(PREFIXES).replace(/\/(32|128)$/, ''));
  else if (kind < 0.88) rule[`${side}CIDRSet`] = some(() => r.pick(SETS));
  if (make.sometimes('icmp', 0.1)) rule['icmps'] = r.some(1, 2, () => randomIcmp(make));
  else if (r.chance(0.55) || (make.theme === 'named-ports' && r.chance(0.6)))
    rule['toPorts'] = r.chance(0.04)
      ? []
      : r.some(1, 2, () => ({
          ports: r.some(r.chance(0.04) ? 0 : 1, 3, () => randomPort(make, wishes.namedPorts)),
        }));
  return rule;
}

function subjectOf(
  make: Maker,
  clusterWide: boolean,
): Pick<SpecDocument, 'endpointSelector' | 'nodeSelector'> {
  if (clusterWide && make.sometimes('nodes', 0.25)) return { nodeSelector: nodeSelector(make.r) };
  return { endpointSelector: make.r.chance(0.65) ? {} : randomSelector(make.r) };
}

function randomSpec(make: Maker, clusterWide: boolean): SpecDocument {
  const { r } = make;
  const spec: Record<string, unknown> = { ...subjectOf(make, clusterWide) };
  const wishes = { clusterWide, namedPorts: true };
  if (r.chance(0.04)) return { ...spec, [r.pick(['ingress', 'egress'])]: [] };
  for (const [list, side, chance] of [
    ['ingress', 'from', 0.7],
    ['egress', 'to', 0.7],
    ['ingressDeny', 'from', 0.25],
    ['egressDeny', 'to', 0.25],
  ] as const)
    if (r.chance(chance)) spec[list] = r.some(r.chance(0.1) ? 0 : 1, 3, () => randomRule(make, side, wishes));
  if (r.chance(0.25))
    spec['enableDefaultDeny'] = r.chance(0.5)
      ? { ingress: r.chance(0.3), egress: r.chance(0.3) }
      : { [r.pick(['ingress', 'egress'])]: r.chance(0.3) };
  return spec;
}

function orderedRule(make: Maker): OrderedRuleDocument {
  const direction = make.r.pick(['ingress', 'egress'] as const);
  const action = make.r.pick(['accept', 'deny', 'pass', 'pass'] as const);
  // A pass by a name on which workloads disagree has no settled meaning.
  const wishes = { clusterWide: true, namedPorts: action !== 'pass' };
  return { direction, action, ...randomRule(make, direction === 'ingress' ? 'from' : 'to', wishes) };
}

function orderedSpec(make: Maker): SpecDocument {
  return {
    ...subjectOf(make, true),
    tier: make.r.pick(['admin', 'baseline'] as const),
    priority: make.r.int(0, 3),
    rules: make.r.some(1, 4, () => orderedRule(make)),
  };
}

/** A document of Cilium's schema, native or Cilium's own, and its scope. */
export function randomCilium(make: Maker, name: string): { scope: string; document: CiliumSchemaDocument } {
  const { r } = make;
  const ordered = make.sometimes('tiers', 0.16);
  const kind = ordered
    ? 'ClusterPolicy'
    : r.pick(['Policy', 'Policy', 'ClusterPolicy', 'CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'] as const); // prettier-ignore
  const cilium = kind.startsWith('Cilium');
  const clusterWide = kind.includes('Cluster');
  const scope = clusterWide ? '_cluster' : r.pick(NAMESPACES);
  const staged = make.sometimes('staged', 0.1);
  const annotated = staged && (cilium || r.chance(0.5));
  const metadata = {
    name,
    ...(clusterWide ? {} : { namespace: scope }),
    ...(annotated ? { annotations: { 'sluice.dev/enforcement': 'audit' } } : {}),
  };
  const one = () => ({
    ...(ordered ? orderedSpec(make) : randomSpec(make, clusterWide)),
    ...(staged && !annotated ? { enforcement: 'audit' as const } : {}),
  });
  const specs = cilium && r.chance(0.2) ? { specs: r.some(1, 2, one) } : { spec: one() };
  const apiVersion = cilium ? 'cilium.io/v2' : 'sluice.dev/v1';
  return { scope, document: { apiVersion, kind, metadata, ...specs } };
}
