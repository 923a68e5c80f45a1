import { cidrLabels, derivedLabels, IDENTITY, labelsKey, makeLabels, parsePrefix, prefixOfLabels } from '@sluice/labels'; // prettier-ignore
import type {
  IdentityInput,
  NamedPortInput,
  NamedPorts,
  NodeInput,
  ServiceInput,
  StoredPolicy,
  World,
} from '../types.js';
import { randomCilium } from './cilium.js';
import { ENGINE_FEATURES, type WorldFeature } from './features.js';
import { randomCluster, randomKubernetes } from './kubernetes.js';
import { APPS, BACKENDS, makerOf, NAMESPACES, PORT_NAMES, PORTS, TIERS, type Maker } from './maker.js';
import { Random } from './random.js';
import { maybeReplacing } from './replaces.js';

export { Random } from './random.js';
export { ENGINE_FEATURES, WORLD_FEATURES, type WorldFeature } from './features.js';
export { peersOf, randomQuestion, subjectsOf } from './questions.js';

/** The first number of a node that is told apart: bit 25. */
export const FIRST_NODE = 2 ** 25;

function documentOf(make: Maker, name: string) {
  if (make.sometimes('kubernetes', 0.3)) return randomKubernetes(make, name);
  if (make.sometimes('cluster-network-policy', 0.12)) return randomCluster(make, name);
  return randomCilium(make, name);
}

function storedPolicy(make: Maker, name: string, revision: number): StoredPolicy {
  const { scope, document } = documentOf(make, name);
  return {
    kind: document.kind,
    scope,
    name,
    uid: `uid-${name}-${document.kind}-${scope}`,
    revision,
    document,
  };
}

/** One valid policy named `name`, of any kind that worlds with these features have. */
export function randomPolicy(
  r: Random,
  name: string,
  revision: number,
  features: readonly WorldFeature[] = ENGINE_FEATURES,
): StoredPolicy {
  return storedPolicy(makerOf(r, features), name, revision);
}

const namespaceLabels = (namespace: string) => ({
  team: namespace === 'shop' ? 'front' : 'back',
  'kubernetes.io/metadata.name': namespace,
});

/** A workload's identity with derived labels, number `id`. */
export function randomIdentity(r: Random, id: number): IdentityInput {
  const namespace = r.pick(NAMESPACES);
  const own = [
    ...(r.chance(0.85)
      ? [{ source: r.pick(['k8s', 'k8s', 'container'] as const), key: 'app', value: r.pick(APPS) }]
      : []),
    ...(r.chance(0.5) ? [{ source: 'k8s' as const, key: 'tier', value: r.pick(TIERS) }] : []),
  ];
  const derived = derivedLabels({ namespace, namespaceLabels: namespaceLabels(namespace) });
  return { id, labels: makeLabels([...own, ...derived]) };
}

const IS_PREFIX = /^([0-9.]+|[0-9a-f:]*:[0-9a-f:]*)(\/\d+)?$/;

/**
 * The prefixes in a document, found without knowing its dialect: texts that look like one. A whole family is world, not a prefix,
 * unless it has exceptions.
 */
function prefixesIn(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) prefixesIn(item, found);
  else if (typeof value === 'object' && value !== null) {
    const { cidr, except } = value as { cidr?: string; except?: string[] };
    if (cidr !== undefined && except?.length) found.add(parsePrefix(cidr).text);
    for (const [key, item] of Object.entries(value)) if (key !== 'ports') prefixesIn(item, found);
  } else if (typeof value === 'string' && /[.:]/.test(value) && IS_PREFIX.test(value)) {
    const prefix = parsePrefix(value);
    if (prefix.bits > 0) found.add(prefix.text);
  }
}

/** The prefix behind each of some CIDR identities: its longest. */
function byPrefix(identities: readonly IdentityInput[]): Map<string, IdentityInput> {
  return new Map(identities.map((i) => [prefixOfLabels(i.labels)!.text, i]));
}

/**
 * The identities of all prefixes that policies and services name, with all covering labels. Those in `kept` keep their numbers,
 * and are the same objects if their labels are the same; others have the first CIDR numbers that are free.
 */
export function cidrIdentities(
  policies: readonly StoredPolicy[],
  services: readonly ServiceInput[] = [],
  kept: readonly IdentityInput[] = [],
): IdentityInput[] {
  const found = new Set<string>();
  for (const { document } of policies) prefixesIn(document, found);
  for (const { backends } of services) for (const address of backends) found.add(parsePrefix(address).text);
  const named = [...found].sort().map(parsePrefix);
  const before = byPrefix(kept);
  // A number that a prefix gives up in this change is not another's before the next one.
  const taken = new Set(kept.map((i) => i.id));
  let free = IDENTITY.CIDR_FLAG;
  return named.map((prefix) => {
    const old = before.get(prefix.text);
    const labels = cidrLabels(prefix, named);
    if (old) return labelsKey(old.labels) === labelsKey(labels) ? old : { id: old.id, labels };
    while (taken.has(free)) free += 1;
    return { id: free++, labels };
  });
}

function randomPorts(r: Random): NamedPortInput[] {
  return PORT_NAMES.filter(() => r.chance(0.8)).map((name) => ({
    name,
    protocol: r.pick([6, 6, 17, 132]),
    port: r.pick(PORTS),
  }));
}

/** One list mostly; where workloads of an identity differ, they differ a little. */
export function randomNamedPorts(r: Random): NamedPorts {
  const first = randomPorts(r);
  if (r.chance(0.6)) return [first];
  const second = first.map((p) => (r.chance(0.4) ? { ...p, port: r.pick(PORTS) } : p));
  return [first, r.chance(0.3) ? second.slice(1) : second];
}

/** Services with a selector and services with addresses. */
export function randomServices({ r }: Maker): ServiceInput[] {
  return ['s0', 's1', 's2'].flatMap((name) =>
    NAMESPACES.filter(() => r.chance(0.9)).map((scope) => ({
      scope,
      name,
      labels: makeLabels([`k8s:app=${r.pick(['web', 'db'])}`]),
      ...(r.chance(0.5)
        ? {
            selector: r.chance(0.7) ? { app: r.pick(['web', 'orders', 'db']) } : { tier: r.pick(TIERS) },
            backends: [],
          }
        : { selector: null, backends: r.some(0, 3, () => r.pick(BACKENDS)) }),
    })),
  );
}

/** The local node and up to two others. */
export function randomNodes({ r }: Maker): NodeInput[] {
  const labels = () =>
    makeLabels([`k8s:zone=${r.pick(['a', 'b'])}`, ...(r.chance(0.5) ? ['k8s:role=control'] : [])]);
  const remote = Array.from({ length: r.int(0, 2) }, (_, i) => ({
    name: `node-${i + 2}`,
    labels: labels(),
    local: false,
    identity: FIRST_NODE + i,
    apiServer: r.chance(0.3),
  }));
  const own = { name: 'node-1', labels: labels(), local: true, identity: IDENTITY.HOST };
  return [{ ...own, apiServer: r.chance(0.3) }, ...remote];
}

/** What surrounds the policies: only what the world may have, so that an absent input stays absent. */
function surroundings(make: Maker, workloads: readonly IdentityInput[]) {
  const { r } = make;
  return {
    ...(make.has('named-ports')
      ? { namedPorts: new Map(workloads.map(({ id }) => [id, randomNamedPorts(r)])) }
      : {}),
    ...(make.has('services') ? { services: randomServices(make) } : {}),
    ...(make.has('nodes') ? { nodes: randomNodes(make) } : {}),
    ...(make.has('local-host') ? { allowLocalHost: r.chance(0.5) } : {}),
  };
}

/** A whole random world: the same for the same generator state. Small on purpose, so that rules meet each other. */
export function randomWorld(r: Random, features: readonly WorldFeature[] = ENGINE_FEATURES): World {
  const make = makerOf(r, features);
  const mode = r.chance(0.06) ? 'never' : r.chance(0.5) ? 'default' : 'always';
  const alone = Array.from({ length: r.int(2, 5) }, (_, i) => storedPolicy(make, `p${i}`, 100 + i));
  const policies = alone.map((policy) => maybeReplacing(r, policy, alone));
  const workloads = Array.from({ length: r.int(2, 5) }, (_, i) =>
    randomIdentity(r, IDENTITY.CLUSTER_MIN + i),
  );
  const around = surroundings(make, workloads);
  return {
    mode,
    policies,
    identities: [...workloads, ...cidrIdentities(policies, around.services)],
    namespaces: Object.fromEntries(
      NAMESPACES.map((n) => [n, makeLabels(Object.entries(namespaceLabels(n)).map(([key, value]) => ({ source: 'k8s' as const, key, value })))]),
    ), // prettier-ignore
    ...around,
  };
}
