import { contains, IDENTITY, parsePrefix } from '@sluice/labels';
import type { DocumentError } from '../types.js';
import type { NormalPolicy, NormalRule } from './form.js';

function error(rule: string, message: string): DocumentError {
  const path = rule.startsWith('specs[') ? `$.${rule}` : `$.spec.${rule}`;
  return { document: 0, path, line: null, column: null, message, hint: null };
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
