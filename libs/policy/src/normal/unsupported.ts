import { contains, IDENTITY, parsePrefix } from '@sluice/labels';
import type { DocumentError } from '../types.js';
import type { NormalPolicy, NormalRule } from './form.js';

/** What the language has and a node can be without. */
export type Capability =
  | 'tiers'
  | 'pass'
  | 'named ports'
  | 'nodes as peers'
  | 'toServices'
  | 'nodeSelector'
  | 'staged policies'
  | 'entity kube-apiserver'
  | 'networks';

/**
 * What nodes do not enforce or do not know the inputs of, so that a policy that needs it is refused at apply: it would be enforced
 * by half. Take an item away when nodes can do it.
 */
export const UNSUPPORTED_BY_NODES: readonly Capability[] = [];

function ruleNeeds({ action, peers, ports }: NormalRule, kind: string): Capability[] {
  const found: Capability[] = [];
  if (action === 'pass') found.push('pass');
  if (ports.some((p) => 'name' in p)) found.push('named ports');
  if (peers.some((p) => p.type === 'nodes')) found.push('nodes as peers');
  if (peers.some((p) => p.type === 'service' || p.type === 'services')) found.push('toServices');
  // The entity `cluster` names it too, beside the workloads; alone it would be nobody.
  const numbers = peers.flatMap((p) => (p.type === 'identity' ? [p.identity] : []));
  if (numbers.includes(IDENTITY.KUBE_APISERVER) && !numbers.includes(IDENTITY.CLUSTER))
    found.push('entity kube-apiserver');
  const world: readonly number[] = [IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6];
  if (kind === 'ClusterNetworkPolicy' && (peers.some((p) => p.type === 'cidr') || numbers.some((n) => world.includes(n))))
    found.push('networks');
  return found;
} // prettier-ignore

function error(rule: string | null, message: string): DocumentError {
  const path = rule === null ? '$.spec' : rule.startsWith('specs[') ? `$.${rule}` : `$.spec.${rule}`;
  return { document: 0, path, line: null, column: null, message, hint: null };
}

/** What of a policy nodes without some capabilities would not enforce: an error for each, empty where all is well. Pure. */
export function unsupported(
  policy: NormalPolicy,
  missing: readonly Capability[] = UNSUPPORTED_BY_NODES,
): DocumentError[] {
  const errors: DocumentError[] = [];
  const need = (what: Capability, rule: string | null = null) => {
    if (missing.includes(what)) errors.push(error(rule, `${what}: not supported by this version`));
  };
  if (policy.tier !== 'normal') need('tiers');
  if (policy.staged) need('staged policies');
  for (const spec of policy.specs) {
    if (spec.subject.type === 'nodes') need('nodeSelector');
    for (const rule of spec.rules)
      for (const what of ruleNeeds(rule, policy.ref.kind)) need(what, rule.origin.rule);
  }
  return errors;
}

/**
 * Networks of a ClusterNetworkPolicy must match pods too where they overlap cluster addresses, which this version does not do: an
 * error for each such network. `cluster` are the prefixes of pools and nodes; throws LabelError if one cannot be read.
 */
export function overlappingNetworks(policy: NormalPolicy, cluster: readonly string[]): DocumentError[] {
  if (policy.ref.kind !== 'ClusterNetworkPolicy') return [];
  const own = cluster.map(parsePrefix);
  const networksOf = (rule: NormalRule) =>
    rule.peers.flatMap((p) => {
      if (p.type === 'cidr') return [p.prefix];
      if (p.type === 'identity' && p.identity === IDENTITY.WORLD_IPV4) return ['0.0.0.0/0'];
      return p.type === 'identity' && p.identity === IDENTITY.WORLD_IPV6 ? ['::/0'] : [];
    });
  return policy.specs
    .flatMap((s) => s.rules)
    .flatMap((rule) =>
      networksOf(rule).flatMap((text) => {
        const network = parsePrefix(text);
        const met = own.find((p) => contains(p, network) || contains(network, p));
        return met
          ? [error(rule.origin.rule, `network ${text} overlaps the cluster's addresses ${met.text}`)]
          : [];
      }),
    );
} // prettier-ignore
