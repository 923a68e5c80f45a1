import {
  compareText,
  IDENTITY,
  makeSelector,
  NAMESPACE_LABEL,
  NAMESPACE_LABELS_PREFIX,
  parsePrefix,
  parseSelector,
  type Requirement,
  type Selector,
  type SelectorDocument,
} from '@sluice/labels';
import type { Peer, PortRange } from './form.js';

/** IANA numbers of the protocols that rules name. */
export const PROTOCOL = Object.freeze({ ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 });

/** Every protocol and port. */
export const ANY_PORT: PortRange = { protocol: 0, first: 0, last: 65535 };

/** Peers by their numbers. */
export function identities(...ids: readonly number[]): Peer[] {
  return ids.map((identity) => ({ type: 'identity', identity }));
}

/** The workloads of a namespace. */
export function inNamespace(scope: string): Requirement {
  return { source: 'k8s', key: NAMESPACE_LABEL, operator: 'In', values: [scope] };
}

/** Workloads: whoever has a namespace. */
export const IN_ANY_NAMESPACE: Requirement = {
  source: 'k8s',
  key: NAMESPACE_LABEL,
  operator: 'Exists',
  values: [],
};

/** A prefix without its exceptions. */
export function cidrPeer(prefix: string, except: readonly string[]): Peer[] {
  const outer = parsePrefix(prefix);
  const inner = [...new Set(except.map((e) => parsePrefix(e).text))].sort(compareText);
  // A whole family without exceptions is its world: one class entry instead of one for each prefix.
  if (outer.bits === 0 && inner.length === 0)
    return identities(outer.family === 4 ? IDENTITY.WORLD_IPV4 : IDENTITY.WORLD_IPV6);
  return [{ type: 'cidr', prefix: outer.text, except: inner }];
}

/** A Kubernetes selector speaks of the orchestrator's labels alone: no label of another source can imitate them. */
function kubernetesRequirements(document: SelectorDocument, prefix: string): Requirement[] {
  return parseSelector(document).requirements.map((r) => ({ ...r, source: 'k8s', key: prefix + r.key }));
}

/** Pods by their labels, with further requirements. */
export function podSelector(document: SelectorDocument, ...more: readonly Requirement[]): Selector {
  return makeSelector([...kubernetesRequirements(document, ''), ...more]);
}

/** Pods by the labels of their namespaces and by their own; an empty selector of namespaces is any namespace. */
export function podsOfNamespaces(namespaces: SelectorDocument, pods: SelectorDocument = {}): Selector {
  return podSelector(pods, ...kubernetesRequirements(namespaces, NAMESPACE_LABELS_PREFIX), IN_ANY_NAMESPACE);
}
