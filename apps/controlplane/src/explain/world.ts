import { IDENTITY, parsePrefix } from '@sluice/labels';
import {
  namedPortsOf,
  nodeInputs,
  type EnforcementMode,
  type IdentityInput,
  type NamedPorts,
  type StoredPolicy,
  type World,
} from '@sluice/policy';
import type { SettingsValue } from '@sluice/store';
import type { ClusterSnapshot } from '../world/snapshot.js';

/** Bit 25: a node that is told apart, with its number below (docs/policy-map.md). */
const NODE_FLAG = 1 << 25;

/** The mode at a time: a suspension ends by itself. */
export function modeAt({ mode, suspended }: SettingsValue, now: number): EnforcementMode {
  return suspended && now < Date.parse(suspended.until) ? 'never' : mode;
}

/** `auto` is `always` on a node with workloads of Kubernetes. */
function allowsLocalHost({ settings, endpoints }: ClusterSnapshot, node: string): boolean {
  if (settings.allowLocalHost !== 'auto') return settings.allowLocalHost === 'always';
  return endpoints.some((e) => e.node === node && e.value.workload.source === 'k8s');
}

/** The number by which the maps of `local` tell a node apart. */
export function nodeNumber({ allocations }: ClusterSnapshot, name: string, local: string): number {
  if (name === local) return IDENTITY.HOST;
  return NODE_FLAG | (allocations.get(name)?.nodeId ?? 0);
}

/** Addresses of the entity kube-apiserver. */
export function apiServers({ services, settings }: ClusterSnapshot): string[] {
  const own = services.find((s) => s.scope === 'default' && s.name === 'kubernetes');
  return [...(own?.backends ?? []), ...(settings.kubeApiserver ?? [])].map((a) => parsePrefix(a).text);
}

/** The named ports of some identities' workloads. */
export function portsOfIdentities(
  { endpoints }: ClusterSnapshot,
  identities: ReadonlySet<number>,
): ReadonlyMap<number, NamedPorts> {
  const found = endpoints.filter((e) => identities.has(e.value.identity));
  return namedPortsOf(found.map(({ value }) => value));
}

/** What the verdicts of one question depend on, as each node sees it. Only the identities and nodes of the two ends are in it. */
export function worldsOf(
  snapshot: ClusterSnapshot,
  about: {
    readonly policies: readonly StoredPolicy[];
    readonly identities: readonly IdentityInput[];
    /** Names of nodes that are an end. */
    readonly nodes: readonly string[];
    readonly now: number;
  },
): (node: string) => World {
  const concerned = new Set(about.identities.map(({ id }) => id));
  const namedPorts = portsOfIdentities(snapshot, concerned);
  const known = (names: ReadonlySet<string>) => [...snapshot.allocations].filter(([name]) => names.has(name));
  const api = apiServers(snapshot);
  const worlds = new Map<string, World>();
  return (node) => {
    const made = worlds.get(node);
    if (made) return made;
    const world: World = {
      mode: modeAt(snapshot.settings, about.now),
      policies: about.policies,
      identities: about.identities,
      namespaces: {},
      namedPorts,
      services: snapshot.services,
      nodes: nodeInputs(
        known(new Set([...about.nodes, node])),
        node,
        (name) => nodeNumber(snapshot, name, node),
        api,
      ),
      allowLocalHost: allowsLocalHost(snapshot, node),
    };
    worlds.set(node, world);
    return world;
  };
}
