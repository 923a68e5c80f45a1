import type {
  ClusterNetworkPolicyDocument,
  ClusterPeerDocument,
  ClusterProtocolDocument,
  ClusterRuleDocument,
  ClusterSubjectDocument,
  KubernetesPeerDocument,
  KubernetesPortDocument,
  KubernetesRuleDocument,
  NetworkPolicyDocument,
} from '../documents/types.js';
import type { SelectorDocument } from '@sluice/labels';
import { APPS, NAMESPACES, PORT_NAMES, PORTS, PREFIXES, TIERS, type Maker } from './maker.js';
import type { Random } from './random.js';

const BLOCKS = [
  { cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] },
  { cidr: '198.18.0.0/15' },
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['198.18.0.0/15'] },
  { cidr: '::/0', except: ['fd00:198:0:1::/64'] },
  { cidr: 'fd00:198::/32' },
];

function podSelector(r: Random): SelectorDocument {
  if (r.chance(0.35)) return {};
  if (r.chance(0.25))
    return { matchExpressions: [{ key: r.pick(['app', 'tier']), operator: r.pick(['NotIn', 'In'] as const), values: [r.pick(APPS)] }] }; // prettier-ignore
  return { matchLabels: r.chance(0.7) ? { app: r.pick(APPS) } : { tier: r.pick(TIERS) } };
}

function namespaceSelector(r: Random): SelectorDocument {
  const pick = r.next();
  if (pick < 0.3) return {};
  if (pick < 0.6) return { matchLabels: { team: r.pick(TIERS) } };
  if (pick < 0.75) return { matchExpressions: [{ key: 'team', operator: 'NotIn', values: [r.pick(TIERS)] }] };
  return { matchLabels: { 'kubernetes.io/metadata.name': r.pick(NAMESPACES) } };
}

function randomPeer(r: Random): KubernetesPeerDocument {
  const pick = r.next();
  if (pick < 0.3) return { ipBlock: r.pick(BLOCKS) };
  if (pick < 0.55) return { podSelector: podSelector(r) };
  if (pick < 0.75) return { namespaceSelector: namespaceSelector(r) };
  return { podSelector: podSelector(r), namespaceSelector: namespaceSelector(r) };
}

function randomPort(make: Maker): KubernetesPortDocument {
  const { r } = make;
  const protocol = r.chance(0.3) ? {} : { protocol: r.pick(['TCP', 'UDP', 'SCTP'] as const) };
  if (r.chance(0.2)) return protocol;
  if (make.sometimes('named-ports', 0.25)) return { ...protocol, port: r.pick(PORT_NAMES) };
  const port = r.pick(PORTS);
  const endPort = r.chance(0.35) ? { endPort: Math.min(65535, port + r.pick([0, 10, 60000])) } : {};
  return { ...protocol, port, ...endPort };
}

function list<T>(r: Random, absent: number, make: () => T): T[] | undefined {
  if (r.chance(absent)) return r.chance(0.5) ? [] : undefined;
  return r.some(1, 3, make);
}

function randomRule(make: Maker, side: 'from' | 'to'): KubernetesRuleDocument {
  const peers = list(make.r, 0.15, () => randomPeer(make.r));
  const ports = list(make.r, 0.2, () => randomPort(make));
  return { ...(peers ? { [side]: peers } : {}), ...(ports ? { ports } : {}) };
}

const audit = (staged: boolean) => (staged ? { annotations: { 'sluice.dev/enforcement': 'audit' } } : {});

/** A NetworkPolicy and its scope: with and without policyTypes, with rules that policyTypes leave out, with empty lists. */
export function randomKubernetes(
  make: Maker,
  name: string,
): { scope: string; document: NetworkPolicyDocument } {
  const { r } = make;
  const scope = r.pick(NAMESPACES);
  const rules = (side: 'from' | 'to') => r.some(0, 2, () => randomRule(make, side));
  const types = r.chance(0.6) ? { policyTypes: r.pick([['Ingress'], ['Egress'], ['Ingress', 'Egress']] as const) } : {}; // prettier-ignore
  const document: NetworkPolicyDocument = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: scope, ...audit(make.sometimes('staged', 0.1)) },
    spec: {
      ...(r.chance(0.9) ? { podSelector: r.chance(0.5) ? {} : podSelector(r) } : {}),
      ...types,
      ...(r.chance(0.8) ? { ingress: rules('from') } : {}),
      ...(r.chance(0.8) ? { egress: rules('to') } : {}),
    },
  };
  return { scope, document };
}

function randomPods(r: Random): ClusterSubjectDocument {
  if (r.chance(0.6)) return { namespaces: r.chance(0.5) ? {} : namespaceSelector(r) };
  return { pods: { namespaceSelector: namespaceSelector(r), podSelector: podSelector(r) } };
}

function clusterPeer(make: Maker, egress: boolean): ClusterPeerDocument {
  const { r } = make;
  if (egress && make.sometimes('nodes', 0.3))
    return { nodes: r.chance(0.5) ? {} : { matchLabels: { zone: r.pick(['a', 'b']) } } };
  if (egress && r.chance(0.5)) return { networks: r.some(1, 2, () => r.pick(PREFIXES)) };
  return randomPods(r);
}

function clusterProtocol(make: Maker, named: boolean): ClusterProtocolDocument {
  const { r } = make;
  if (named && make.sometimes('named-ports', 0.45)) return { destinationNamedPort: r.pick(PORT_NAMES) };
  const start = r.pick(PORTS);
  const port = r.chance(0.3)
    ? { range: { start: Math.min(start, 65534), end: Math.min(65535, start + r.pick([1, 10, 60000])) } }
    : { number: start };
  return { [r.pick(['tcp', 'udp', 'sctp'])]: r.chance(0.2) ? {} : { destinationPort: port } };
}

function clusterRule(make: Maker, side: 'from' | 'to'): ClusterRuleDocument {
  const { r } = make;
  const action = r.pick(['Accept', 'Deny', 'Pass', 'Pass'] as const);
  const peers = r.some(1, 2, () => clusterPeer(make, side === 'to'));
  // A pass by a name on which workloads disagree has no settled meaning; nodes and networks have no names.
  const named = action !== 'Pass' && !peers.some((p) => p.nodes || p.networks);
  const protocols = r.chance(0.55) ? { protocols: r.some(1, 3, () => clusterProtocol(make, named)) } : {};
  return { action, [side]: peers, ...protocols };
}

/** A ClusterNetworkPolicy. */
export function randomCluster(
  make: Maker,
  name: string,
): { scope: string; document: ClusterNetworkPolicyDocument } {
  const { r } = make;
  const rules = (side: 'from' | 'to') => r.some(0, 3, () => clusterRule(make, side));
  const document: ClusterNetworkPolicyDocument = {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name, ...audit(make.sometimes('staged', 0.1)) },
    spec: {
      tier: r.pick(['Admin', 'Admin', 'Baseline'] as const),
      priority: r.int(0, 3),
      subject: r.chance(0.5) ? { namespaces: {} } : randomPods(r),
      ingress: rules('from'),
      egress: rules('to'),
    },
  };
  return { scope: '_cluster', document };
}
