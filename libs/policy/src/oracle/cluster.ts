import type { Labels } from '@sluice/labels';
import type {
  ClusterNetworkPolicyDocument,
  ClusterPeerDocument,
  ClusterPortDocument,
  ClusterProtocolDocument,
  ClusterRuleDocument,
  ClusterSubjectDocument,
} from '../documents/types.js';
import type { Direction, StoredPolicy } from '../types.js';
import { cidrPeer } from './addresses.js';
import {
  isClusterIdentity,
  labelsOf,
  namespaceOf,
  NAMESPACE_META,
  nodeLabelsOf,
  selectsKubernetes,
} from './labels.js';
import { namedPort, protocolsOf } from './ports.js';
import {
  annotatedAudit,
  NEVER,
  type Action,
  type Ask,
  type Reading,
  type ReadRule,
  replacedName,
} from './reading.js';

/** All pods of some namespaces, or some pods of some namespaces. */
function selectsPods(selected: ClusterSubjectDocument, identity: number, labels: Labels): boolean {
  if (!isClusterIdentity(identity) || namespaceOf(labels) === null) return false;
  if (selected.namespaces) return selectsKubernetes(selected.namespaces, labels, NAMESPACE_META);
  if (!selected.pods) return false;
  const { namespaceSelector, podSelector } = selected.pods;
  return (
    selectsKubernetes(namespaceSelector, labels, NAMESPACE_META) && selectsKubernetes(podSelector, labels)
  );
}

function meetsOne(peer: ClusterPeerDocument, ask: Ask): string | null {
  const { world, question, peerLabels } = ask;
  if (peer.networks) {
    const meets = peer.networks.some((cidr) =>
      cidrPeer({ cidr }, question.peer, question.family, peerLabels),
    );
    return meets ? 'networks' : null;
  }
  if (peer.nodes) {
    const labels = nodeLabelsOf(world, question.peer);
    return labels !== null && selectsKubernetes(peer.nodes, labels) ? 'cluster-nodes' : null;
  }
  if (!selectsPods(peer, question.peer, peerLabels)) return null;
  return peer.namespaces ? 'cluster-namespaces' : 'cluster-pods';
}

function meetsNumber(wanted: ClusterPortDocument | null | undefined, port: number): boolean {
  if (!wanted) return true;
  if (wanted.number !== undefined && wanted.number !== null) return wanted.number === port;
  return wanted.range ? port >= wanted.range.start && port <= wanted.range.end : true;
}

function meetsProtocol(p: ClusterProtocolDocument, action: Action, ask: Ask): string | null {
  if (p.destinationNamedPort)
    return namedPort(ask, p.destinationNamedPort, protocolsOf('ANY'), action) ? 'cluster-port-name' : null;
  for (const name of ['tcp', 'udp', 'sctp'] as const) {
    const said = p[name];
    if (!said || !protocolsOf(name).includes(ask.question.protocol)) continue;
    if (meetsNumber(said.destinationPort, ask.question.port)) return 'cluster-port';
  }
  return null;
}

/** Without protocols: every protocol. */
function meetsPort(rule: ClusterRuleDocument, action: Action, ask: Ask): string | null {
  if (!rule.protocols?.length) return 'cluster-any-port';
  return rule.protocols.map((p) => meetsProtocol(p, action, ask)).find((f) => f !== null) ?? null;
}

const ACTIONS = { Accept: 'allow', Deny: 'deny', Pass: 'pass' } as const;

function readRules(
  rules: readonly ClusterRuleDocument[] | null | undefined,
  direction: Direction,
): ReadRule[] {
  return (rules ?? []).map((rule, i) => {
    const action = ACTIONS[rule.action];
    const peers = (direction === 'ingress' ? rule.from : rule.to) ?? [];
    return {
      direction,
      action,
      name: `${direction}[${i}]`,
      meetsPeer: (ask) => peers.map((p) => meetsOne(p, ask)).find((f) => f !== null) ?? null,
      meetsPort: (ask) => meetsPort(rule, action, ask),
    };
  });
}

/** policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy: ordered rules before or after all others; it never isolates. */
export function readCluster(policy: StoredPolicy, document: ClusterNetworkPolicyDocument): Reading[] {
  const { spec } = document;
  return [
    {
      policy,
      tier: spec.tier === 'Admin' ? 'admin' : 'baseline',
      priority: spec.priority,
      staged: annotatedAudit(document.metadata),
      replaces: replacedName(policy, document.metadata.annotations?.['sluice.dev/replaces']),
      selectsSubject: (world, subject) => {
        const labels = labelsOf(world, subject);
        return labels !== null && selectsPods(spec.subject, subject, labels);
      },
      isolates: NEVER,
      spares: NEVER,
      rules: [...readRules(spec.ingress, 'ingress'), ...readRules(spec.egress, 'egress')],
    },
  ];
}
