import type { Path } from '../documents/issue.js';
import type { ClusterNetworkPolicyDocument, ClusterPeerDocument, ClusterRuleDocument, ClusterSubjectDocument, OrderedRuleDocument, RuleDocument, SpecDocument } from '../documents/types.js'; // prettier-ignore
import type { Direction } from '../types.js';
import { clusterPort, toPorts } from './ports.js';
import { podsAnywhere } from './selectors.js';
import { UnsayableError } from './types.js';

const ACTIONS = { Accept: 'accept', Deny: 'deny', Pass: 'pass' } as const;
const TIERS = { Admin: 'admin', Baseline: 'baseline' } as const;

const subjectOf = ({ namespaces, pods }: ClusterSubjectDocument) =>
  pods ? podsAnywhere(pods.namespaceSelector, pods.podSelector) : podsAnywhere(namespaces ?? {}, {});

/** Rules name their peers in one way; neighbours of one action are in the order of one rule. */
function peers(side: 'from' | 'to', list: readonly ClusterPeerDocument[], path: Path): RuleDocument[] {
  list.forEach(({ nodes }, i) => {
    if (nodes)
      throw new UnsayableError(
        [...path, side, i, 'nodes'],
        'nodes here may be the node itself, which toNodes of the native language never is',
        'write toNodes for other nodes and toEntities: [host] for the own one, if that is meant',
      );
  });
  const networks = list.flatMap((p) => p.networks ?? []);
  const pods = list.filter((p) => !p.networks).map(subjectOf);
  return [
    ...(pods.length > 0 ? [{ [`${side}Endpoints`]: pods }] : []),
    ...(networks.length > 0 ? [{ [`${side}CIDR`]: networks }] : []),
  ];
}

function rules(direction: Direction, list: readonly ClusterRuleDocument[]): OrderedRuleDocument[] {
  const side = direction === 'ingress' ? 'from' : 'to';
  return list.flatMap((rule, i) => {
    const path = ['spec', direction, i];
    const ports = toPorts((rule.protocols ?? []).map(clusterPort));
    const action = ACTIONS[rule.action];
    return peers(side, rule[side] ?? [], path).map((peer) => ({ direction, action, ...peer, ...ports }));
  });
}

/** The same in the native language. Throws UnsayableError. Names of rules are no part of the meaning and go. */
export function clusterNetworkPolicySpec({ spec }: ClusterNetworkPolicyDocument): SpecDocument {
  return {
    endpointSelector: subjectOf(spec.subject),
    tier: TIERS[spec.tier],
    priority: spec.priority,
    rules: [...rules('ingress', spec.ingress ?? []), ...rules('egress', spec.egress ?? [])],
  };
}
