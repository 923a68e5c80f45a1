import { IDENTITY } from '@sluice/labels';
import type {
  ClusterNetworkPolicyDocument,
  ClusterPeerDocument,
  ClusterPortDocument,
  ClusterProtocolDocument,
  ClusterRuleDocument,
  ClusterSubjectDocument,
  KubernetesPeerDocument,
  KubernetesPortDocument,
  KubernetesRuleDocument,
  NetworkPolicyDocument,
} from '../documents/types.js';
import type { Direction, StoredPolicy } from '../types.js';
import type { NormalRule, NormalSpec, Peer, PortMatch, RuleAction } from './form.js';
import { originOf } from './origin.js';
import {
  ANY_PORT,
  cidrPeer,
  identities,
  inNamespace,
  podSelector,
  podsOfNamespaces,
  PROTOCOL,
} from './shared.js';

const NOT_ISOLATING: Readonly<Record<Direction, boolean>> = { ingress: false, egress: false };

/** Without policyTypes a policy is about ingress, and about egress if it has rules for it. */
export function typesOf(spec: NetworkPolicyDocument['spec']): Record<Direction, boolean> {
  const { policyTypes, egress } = spec;
  if (!policyTypes?.length) return { ingress: true, egress: Boolean(egress?.length) };
  return { ingress: policyTypes.includes('Ingress'), egress: policyTypes.includes('Egress') };
}

function peerOf(scope: string, peer: KubernetesPeerDocument): Peer[] {
  if (peer.ipBlock) return cidrPeer(peer.ipBlock.cidr, peer.ipBlock.except ?? []);
  const pods = peer.podSelector ?? {};
  const selector = peer.namespaceSelector
    ? podsOfNamespaces(peer.namespaceSelector, pods)
    : podSelector(pods, inNamespace(scope));
  return [{ type: 'labels', selector }];
}

function portOf(p: KubernetesPortDocument): PortMatch {
  const protocol = PROTOCOL[p.protocol ?? 'TCP'];
  if (typeof p.port === 'string') return { protocol, name: p.port };
  if (typeof p.port !== 'number') return { protocol, first: 0, last: 65535 };
  return { protocol, first: p.port, last: p.endPort ?? p.port };
}

/** A NetworkPolicy: allows only. Rules of a direction that policyTypes leaves out say nothing. */
export function networkPolicy(stored: StoredPolicy, { spec }: NetworkPolicyDocument): NormalSpec {
  const isolates = typesOf(spec);
  const rules = (
    direction: Direction,
    peersOf: (r: KubernetesRuleDocument) => typeof r.from,
  ): NormalRule[] =>
    !isolates[direction]
      ? []
      : (spec[direction] ?? []).map((rule, i) => {
          const peers = peersOf(rule);
          return {
            direction,
            action: 'allow',
            peers: peers?.length ? peers.flatMap((p) => peerOf(stored.scope, p)) : identities(IDENTITY.ANY),
            ports: rule.ports?.length ? rule.ports.map(portOf) : [ANY_PORT],
            origin: originOf(stored, `${direction}[${i}]`),
          };
        });
  return {
    subject: {
      type: 'workloads',
      selector: podSelector(spec.podSelector ?? {}, inNamespace(stored.scope)),
    },
    isolates,
    rules: [...rules('ingress', (r) => r.from), ...rules('egress', (r) => r.to)],
  };
}

function podsOf(chosen: ClusterSubjectDocument) {
  if (chosen.pods) return podsOfNamespaces(chosen.pods.namespaceSelector, chosen.pods.podSelector);
  return podsOfNamespaces(chosen.namespaces ?? {});
}

function clusterPeer(peer: ClusterPeerDocument): Peer[] {
  if (peer.networks) return peer.networks.flatMap((n) => cidrPeer(n, []));
  if (peer.nodes) return [{ type: 'nodes', selector: podSelector(peer.nodes), local: true }];
  return [{ type: 'labels', selector: podsOf(peer) }];
}

function range(protocol: number, port: ClusterPortDocument | null | undefined): PortMatch {
  const first = port?.number ?? port?.range?.start ?? 0;
  return { protocol, first, last: port?.number ?? port?.range?.end ?? 65535 };
}

function clusterPorts(p: ClusterProtocolDocument): PortMatch[] {
  if (p.destinationNamedPort) return [{ protocol: 0, name: p.destinationNamedPort }];
  if (p.tcp) return [range(PROTOCOL.TCP, p.tcp.destinationPort)];
  if (p.udp) return [range(PROTOCOL.UDP, p.udp.destinationPort)];
  return p.sctp ? [range(PROTOCOL.SCTP, p.sctp.destinationPort)] : [];
}

const ACTIONS: Readonly<Record<ClusterRuleDocument['action'], RuleAction>> = {
  Accept: 'allow',
  Deny: 'deny',
  Pass: 'pass',
};

/** One rule of a ClusterNetworkPolicy. */
export function clusterRule(
  stored: StoredPolicy,
  direction: Direction,
  rule: ClusterRuleDocument,
  index: number,
): NormalRule {
  const peers = (direction === 'ingress' ? rule.from : rule.to) ?? [];
  return {
    direction,
    action: ACTIONS[rule.action],
    peers: peers.flatMap(clusterPeer),
    ports: rule.protocols?.length ? rule.protocols.flatMap(clusterPorts) : [ANY_PORT],
    origin: originOf(stored, `${direction}[${index}]`),
  };
}

/** The subject of a ClusterNetworkPolicy. */
export function clusterSubject(subject: ClusterSubjectDocument): NormalSpec['subject'] {
  return { type: 'workloads', selector: podsOf(subject) };
}

/** A ClusterNetworkPolicy: ordered rules; it never isolates. */
export function clusterNetworkPolicy(
  stored: StoredPolicy,
  { spec }: ClusterNetworkPolicyDocument,
): NormalSpec {
  const rules = (d: Direction) => (spec[d] ?? []).map((r, i) => clusterRule(stored, d, r, i));
  return {
    subject: clusterSubject(spec.subject),
    isolates: NOT_ISOLATING,
    rules: [...rules('ingress'), ...rules('egress')],
  };
}
