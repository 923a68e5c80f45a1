import type { KubernetesPeerDocument, KubernetesRuleDocument, NetworkPolicyDocument, RuleDocument, SpecDocument } from '../documents/types.js'; // prettier-ignore
import { typesOf } from '../normal/kubernetes.js';
import type { Direction } from '../types.js';
import { kubernetesPort, toPorts } from './ports.js';
import { podsAnywhere, podsHere } from './selectors.js';

type Side = 'from' | 'to';
const SIDE: Readonly<Record<Direction, Side>> = { ingress: 'from', egress: 'to' };

/** A rule names its peers in one way: one with pods and prefixes becomes two. No peers, or an empty list, is everybody. */
function peers(side: Side, scope: string, list: readonly KubernetesPeerDocument[] | null | undefined): RuleDocument[] {
  if (!list?.length) return [{ [`${side}Entities`]: ['all'] }];
  const pods = list.filter((p) => !p.ipBlock);
  const blocks = list.flatMap((p) => p.ipBlock ?? []);
  const selectors = pods.map(({ podSelector, namespaceSelector }) =>
    namespaceSelector ? podsAnywhere(namespaceSelector, podSelector) : podsHere(podSelector, scope),
  );
  return [
    ...(selectors.length > 0 ? [{ [`${side}Endpoints`]: selectors }] : []),
    ...(blocks.length > 0 ? [{ [`${side}CIDRSet`]: blocks.map(({ cidr, except }) => ({ cidr, ...(except?.length ? { except } : {}) })) }] : []),
  ];
} // prettier-ignore

function rules(
  direction: Direction,
  scope: string,
  list: readonly KubernetesRuleDocument[] | null | undefined,
): RuleDocument[] {
  const side = SIDE[direction];
  return (list ?? []).flatMap((rule) => {
    const ports = toPorts((rule.ports ?? []).map(kubernetesPort));
    return peers(side, scope, rule[side]).map((peer) => ({ ...peer, ...ports }));
  });
}

/** The same in the native language. Isolation is written out: there it does not follow from the rules alone. */
export function networkPolicySpec({ spec }: NetworkPolicyDocument, scope: string): SpecDocument {
  const isolates = typesOf(spec);
  const of = (direction: Direction) =>
    isolates[direction] ? { [direction]: rules(direction, scope, spec[direction]) } : {};
  return {
    endpointSelector: podsHere(spec.podSelector, scope),
    ...of('ingress'),
    ...of('egress'),
    enableDefaultDeny: isolates,
  };
}
