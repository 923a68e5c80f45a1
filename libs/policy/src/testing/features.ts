/** What a random world may contain beyond Cilium's schema with labels, CIDRs, entities and numbered ports. */
export const WORLD_FEATURES = [
  'kubernetes',
  'cluster-network-policy',
  'tiers',
  'named-ports',
  'icmp',
  'services',
  'nodes',
  'staged',
  'local-host',
  'entities',
] as const;
export type WorldFeature = (typeof WORLD_FEATURES)[number];

/** What the engine answers; anything else would be asked of the naive evaluator alone. */
export const ENGINE_FEATURES: readonly WorldFeature[] = WORLD_FEATURES;

const ALWAYS = [
  'allow', 'deny', 'default-deny', 'isolated', 'default-allow', 'mode-never', 'enable-default-deny-false', 'any-peer', 'labels',
  'expression', 'cidr', 'cidr-set', 'cidr-except', 'any-port', 'port', 'port-range', 'port-any-protocol', 'port-zero', 'sctp',
  'namespaced', 'cluster-wide', 'native', 'cilium', 'tier-normal', 'entity-all', 'entity-world', 'entity-world-ipv4',
  'entity-world-ipv6', 'entity-cluster', 'entity-host', 'entity-remote-node', 'entity-init',
]; // prettier-ignore

const WITH: Readonly<Record<WorldFeature, readonly string[]>> = {
  kubernetes: [
    'NetworkPolicy', 'kubernetes-any-peer', 'pods', 'namespaces', 'pods-and-namespaces', 'ip-block', 'ip-block-except',
    'kubernetes-any-port', 'kubernetes-protocol', 'kubernetes-port', 'kubernetes-port-range',
  ], // prettier-ignore
  'cluster-network-policy': [
    'ClusterNetworkPolicy', 'networks', 'cluster-namespaces', 'cluster-pods', 'cluster-any-port', 'cluster-port',
  ], // prettier-ignore
  tiers: ['tier-admin', 'tier-baseline', 'after-pass'],
  'named-ports': ['port-name'],
  icmp: ['icmp4-number', 'icmp4-name', 'icmp6-number', 'icmp6-name'],
  services: ['service-selector', 'service-backends'],
  nodes: ['nodes', 'host-policy', 'host-isolated'],
  staged: ['staged-differs'],
  'local-host': ['local-host'],
  entities: ['entity-health', 'entity-kube-apiserver'],
};

const TOGETHER: readonly (readonly [WorldFeature, WorldFeature, string])[] = [
  ['kubernetes', 'named-ports', 'kubernetes-port-name'],
  ['cluster-network-policy', 'named-ports', 'cluster-port-name'],
  ['cluster-network-policy', 'nodes', 'cluster-nodes'],
];

/** What must decide verdicts in worlds with these features; else agreement about it means nothing. */
export function decisionsOf(features: readonly WorldFeature[]): string[] {
  const together = TOGETHER.filter(([a, b]) => features.includes(a) && features.includes(b));
  return [...ALWAYS, ...features.flatMap((f) => WITH[f]), ...together.map(([, , decision]) => decision)];
}
