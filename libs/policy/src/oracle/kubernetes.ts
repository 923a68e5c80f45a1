import type {
  KubernetesPeerDocument,
  KubernetesPortDocument,
  KubernetesRuleDocument,
  NetworkPolicyDocument,
} from '../documents/types.js';
import type { Direction, StoredPolicy } from '../types.js';
import { cidrPeer } from './addresses.js';
import { isClusterIdentity, labelsOf, namespaceOf, NAMESPACE_META, selectsKubernetes } from './labels.js';
import { namedPort, protocolsOf } from './ports.js';
import { annotatedAudit, NEVER, type Ask, type Reading, type ReadRule, replacedName } from './reading.js';

function isolatesIn(document: NetworkPolicyDocument, direction: Direction): boolean {
  const { policyTypes, egress } = document.spec;
  if (policyTypes?.length) return policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
  // Kubernetes: without policyTypes every policy is about ingress, and about egress if it has rules for it.
  return direction === 'ingress' || Boolean(egress?.length);
}

/** Pods by pod and namespace, in the document's own namespace where none is said; or addresses, which are never pods (POLICY 8). */
function meetsOne(scope: string, peer: KubernetesPeerDocument, ask: Ask): string | null {
  const { question, peerLabels } = ask;
  if (peer.ipBlock) {
    if (!cidrPeer(peer.ipBlock, question.peer, question.family, peerLabels)) return null;
    return peer.ipBlock.except?.length ? 'ip-block-except' : 'ip-block';
  }
  if (!isClusterIdentity(question.peer)) return null;
  const { podSelector, namespaceSelector } = peer;
  if (!podSelector && !namespaceSelector) return null;
  if (namespaceSelector) {
    if (namespaceOf(peerLabels) === null) return null;
    if (!selectsKubernetes(namespaceSelector, peerLabels, NAMESPACE_META)) return null;
  } else if (namespaceOf(peerLabels) !== scope) return null;
  if (podSelector && !selectsKubernetes(podSelector, peerLabels)) return null;
  if (!namespaceSelector) return 'pods';
  return podSelector ? 'pods-and-namespaces' : 'namespaces';
}

/** Absent or empty: everybody. */
function meetsPeer(
  scope: string,
  peers: readonly KubernetesPeerDocument[] | null | undefined,
  ask: Ask,
): string | null {
  if (!peers?.length) return 'kubernetes-any-peer';
  return peers.map((p) => meetsOne(scope, p, ask)).find((f) => f !== null) ?? null;
}

function meetsOnePort(p: KubernetesPortDocument, ask: Ask): string | null {
  const { protocol, port } = ask.question;
  const numbers = protocolsOf(p.protocol ?? 'TCP');
  if (!numbers.includes(protocol)) return null;
  if (p.port === undefined || p.port === null) return 'kubernetes-protocol';
  if (typeof p.port === 'string')
    return namedPort(ask, p.port, numbers, 'allow') ? 'kubernetes-port-name' : null;
  if (p.endPort) return port >= p.port && port <= p.endPort ? 'kubernetes-port-range' : null;
  return port === p.port ? 'kubernetes-port' : null;
}

/** Absent or empty: every protocol, ICMP too. */
function meetsPort(ports: readonly KubernetesPortDocument[] | null | undefined, ask: Ask): string | null {
  if (!ports?.length) return 'kubernetes-any-port';
  return ports.map((p) => meetsOnePort(p, ask)).find((f) => f !== null) ?? null;
}

/** networking.k8s.io/v1 NetworkPolicy: allows only. Rules of a direction that policyTypes leaves out say nothing. */
export function readKubernetes(policy: StoredPolicy, document: NetworkPolicyDocument): Reading[] {
  const isolates = { ingress: isolatesIn(document, 'ingress'), egress: isolatesIn(document, 'egress') };
  const read = (direction: Direction, peersOf: (r: KubernetesRuleDocument) => typeof r.from): ReadRule[] =>
    isolates[direction]
      ? (document.spec[direction] ?? []).map((rule, i) => ({
          direction,
          action: 'allow',
          name: `${direction}[${i}]`,
          meetsPeer: (ask) => meetsPeer(policy.scope, peersOf(rule), ask),
          meetsPort: (ask) => meetsPort(rule.ports, ask),
        }))
      : [];
  return [
    {
      policy,
      tier: 'normal',
      priority: 0,
      staged: annotatedAudit(document.metadata),
      replaces: replacedName(policy, document.metadata.annotations?.['sluice.dev/replaces']),
      selectsSubject: (world, subject) => {
        const labels = labelsOf(world, subject);
        return (
          labels !== null &&
          isClusterIdentity(subject) &&
          namespaceOf(labels) === policy.scope &&
          selectsKubernetes(document.spec.podSelector ?? {}, labels)
        );
      },
      isolates,
      spares: NEVER,
      rules: [...read('ingress', (r) => r.from), ...read('egress', (r) => r.to)],
    },
  ];
}
