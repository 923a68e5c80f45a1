import type { SelectorDocument } from '@sluice/labels';
import type { CidrSetDocument, RuleDocument, ServiceDocument, SpecDocument } from '../documents/types.js';
import type { ServiceInput, StoredPolicy, World } from '../types.js';
import { cidrPeer } from './addresses.js';
import {
  isClusterIdentity,
  isHost,
  isNodeIdentity,
  isOutside,
  keysOf,
  namespaceOf,
  NAMESPACE,
  NAMESPACE_META,
  nodeLabelsOf,
  selects,
  selectsKubernetes,
  servesApi,
  splitKey,
} from './labels.js';
import type { Ask } from './reading.js';

/**
 * POLICY 4: the peers of a namespaced document are in its namespace unless the selector names namespaces; those of a cluster-wide
 * one are workloads, which have a namespace. Selectors of reserved labels mean what they say.
 */
function endpointPeer(
  policy: StoredPolicy,
  spec: SpecDocument,
  selector: SelectorDocument,
  ask: Ask,
): boolean {
  const labels = ask.peerLabels;
  if (ask.question.peer === 11) return false;
  const keys = keysOf(selector).map(splitKey);
  const k8sOrAny = keys.filter((k) => k.source === 'k8s' || k.source === 'any').map((k) => k.key);
  const saysItself = keys.some((k) => k.source === 'reserved') || k8sOrAny.includes(NAMESPACE);
  if (!saysItself && policy.scope === '_cluster') {
    const aboutInit = keysOf(spec.endpointSelector ?? {}).includes('reserved:init');
    if (!aboutInit && namespaceOf(labels) === null) return false;
  }
  if (!saysItself && policy.scope !== '_cluster' && !k8sOrAny.some((k) => k.startsWith(NAMESPACE_META)))
    if (namespaceOf(labels) !== policy.scope) return false;
  return selects(selector, labels);
}

/** DESIGN §7; POLICY 8: `ingress` and `unmanaged` select nothing. */
function entityPeer(world: World, entity: string, peer: number, family: 4 | 6): boolean {
  switch (entity) {
    case 'all':
      return true;
    case 'world':
      return isOutside(peer);
    case 'world-ipv4':
      return isOutside(peer) && family === 4;
    case 'world-ipv6':
      return isOutside(peer) && family === 6;
    case 'cluster':
      return isClusterIdentity(peer) || isHost(peer) || [4, 5, 7].includes(peer);
    case 'host':
      return peer === 1;
    case 'remote-node':
      return peer === 6 || isNodeIdentity(peer);
    case 'health':
      return peer === 4;
    case 'init':
      return peer === 5;
    case 'kube-apiserver':
      return peer === 7 || servesApi(world, peer);
    default:
      return false;
  }
}

/** Remote nodes by their own labels, as in Cilium: the local one is the entity `host`. Never workloads (POLICY 3). */
export function nodePeer(world: World, peer: number, selector: SelectorDocument): boolean {
  if (peer === 1) return false;
  const labels = nodeLabelsOf(world, peer);
  return labels !== null && selects(selector, labels);
}

/** POLICY 6: a service with a selector is that selector in its namespace, one without is its backends' addresses. */
function behindService(service: ServiceInput, { question, peerLabels }: Ask): boolean {
  const { peer, family } = question;
  if (service.selector !== null)
    return (
      isClusterIdentity(peer) &&
      namespaceOf(peerLabels) === service.scope &&
      selectsKubernetes({ matchLabels: service.selector }, peerLabels)
    );
  return service.backends.some((address) => cidrPeer({ cidr: address }, peer, family, peerLabels));
}

function servicePeer(policy: StoredPolicy, wanted: ServiceDocument, ask: Ask): string | null {
  const own = policy.scope === '_cluster' ? null : policy.scope;
  const chosen = (s: ServiceInput) => {
    const { k8sService, k8sServiceSelector } = wanted;
    const scope = (k8sService ?? k8sServiceSelector)?.namespace ?? own;
    if (scope !== null && s.scope !== scope) return false;
    return k8sService
      ? s.name === k8sService.serviceName
      : k8sServiceSelector
        ? selects(k8sServiceSelector.selector, s.labels)
        : false;
  };
  const found = (ask.world.services ?? []).find((s) => chosen(s) && behindService(s, ask));
  if (!found) return null;
  return found.selector === null ? 'service-backends' : 'service-selector';
}

/** DESIGN §7: in Cilium's schema an absent list of peers is any peer (but only if ports are named), an empty one is nobody. */
export function ciliumPeer(
  policy: StoredPolicy,
  spec: SpecDocument,
  rule: RuleDocument,
  ask: Ask,
): string | null {
  const { peer, family } = ask.question;
  const endpoints = rule.fromEndpoints ?? rule.toEndpoints;
  const entities = rule.fromEntities ?? rule.toEntities;
  const cidrs = rule.fromCIDR ?? rule.toCIDR;
  const sets: readonly CidrSetDocument[] | null | undefined = rule.fromCIDRSet ?? rule.toCIDRSet;
  const nodes = rule.fromNodes ?? rule.toNodes;
  const services = rule.toServices;
  const lists = [endpoints, entities, cidrs, sets, nodes, services];
  const present = lists.filter((l) => l !== undefined && l !== null);
  if (present.some((l) => l.length === 0)) return null;
  if (present.length === 0) return rule.toPorts?.length || rule.icmps?.length ? 'any-peer' : null;
  const selector = (endpoints ?? []).find((s) => endpointPeer(policy, spec, s, ask));
  if (selector) return (selector.matchExpressions ?? []).length > 0 ? 'expression' : 'labels';
  const entity = (entities ?? []).find((e) => entityPeer(ask.world, e, peer, family));
  if (entity !== undefined) return `entity-${entity}`;
  if ((cidrs ?? []).some((cidr) => cidrPeer({ cidr }, peer, family, ask.peerLabels))) return 'cidr';
  const set = (sets ?? []).find((s) => cidrPeer(s, peer, family, ask.peerLabels));
  if (set) return set.except?.length ? 'cidr-except' : 'cidr-set';
  if ((nodes ?? []).some((s) => nodePeer(ask.world, peer, s))) return 'nodes';
  for (const wanted of services ?? []) {
    const feature = servicePeer(policy, wanted, ask);
    if (feature !== null) return feature;
  }
  return null;
}
