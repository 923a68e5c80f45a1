import type { Label, Labels, SelectorDocument } from '@sluice/labels';
import type { World } from '../types.js';

export const NAMESPACE = 'io.kubernetes.pod.namespace';
export const NAMESPACE_META = 'io.cilium.k8s.namespace.labels.';
const DERIVED = [NAMESPACE, 'io.cilium.k8s.policy.cluster', 'io.cilium.k8s.policy.serviceaccount'];

const RESERVED: Readonly<Record<number, string>> = {
  1: 'host',
  2: 'world',
  3: 'unmanaged',
  4: 'health',
  5: 'init',
  6: 'remote-node',
  7: 'kube-apiserver',
  8: 'ingress',
  9: 'world-ipv4',
  10: 'world-ipv6',
  11: 'unknown',
};

export const isClusterIdentity = (n: number) => n >= 256 && n < 2 ** 24;
export const isCidrIdentity = (n: number) => n >= 2 ** 24 && n < 2 ** 25;
/** A node that is told apart from other remote nodes. */
export const isNodeIdentity = (n: number) => n >= 2 ** 25;
export const isOutside = (n: number) => n === 2 || n === 9 || n === 10 || isCidrIdentity(n);
export const isHost = (n: number) => n === 1 || n === 6 || isNodeIdentity(n);

/** The labels by which endpoint selectors see an identity; null for a number that the world does not know. */
export function labelsOf(world: World, identity: number): Labels | null {
  const name = isNodeIdentity(identity) ? 'remote-node' : RESERVED[identity];
  const reserved = (key: string) => ({ source: 'reserved', key, value: '' }) as const;
  if (name !== undefined)
    return [reserved(name), ...(servesApi(world, identity) ? [reserved('kube-apiserver')] : [])];
  return world.identities.find((i) => i.id === identity)?.labels ?? null;
}

/** A node of the cluster can serve the Kubernetes API; it is seen where the node has a number that is no other's. */
export function servesApi(world: World, identity: number): boolean {
  const node = world.nodes?.find((n) => n.identity === identity);
  return node?.apiServer === true && identity !== 6;
}

/** The labels by which node selectors see it: those of a node; null for what is no known node. */
export function nodeLabelsOf(world: World, identity: number): Labels | null {
  return world.nodes?.find((n) => n.identity === identity)?.labels ?? null;
}

export function splitKey(text: string): { source: string; key: string } {
  const at = text.indexOf(':');
  return at < 0 ? { source: 'any', key: text } : { source: text.slice(0, at), key: text.slice(at + 1) };
}

/** POLICY 4: without a source a key means any, but a derived key only the derived label; prefixes are chosen by CIDR alone. */
function valuesFor(keyText: string, labels: Labels): string[] {
  const { source, key } = splitKey(keyText);
  const derived = DERIVED.includes(key) || key.startsWith(NAMESPACE_META);
  const fits = (l: Label) =>
    l.key === key &&
    (source === 'any' ? (derived ? l.source === 'k8s' : l.source !== 'cidr') : l.source === source);
  return labels.filter(fits).map((l) => l.value);
}

/** Every condition must hold; NotIn holds for an absent key; an empty value is a value. */
export function selects(selector: SelectorDocument, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (!valuesFor(key, labels).includes(value)) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const found = valuesFor(key, labels);
    const inList = found.some((v) => (values ?? []).includes(v));
    if (operator === 'In' && !inList) return false;
    if (operator === 'NotIn' && inList) return false;
    if (operator === 'Exists' && found.length === 0) return false;
    if (operator === 'DoesNotExist' && found.length > 0) return false;
  }
  return true;
}

/** A Kubernetes selector speaks of the orchestrator's labels; `prefix` for those of the namespace. */
export function selectsKubernetes(selector: SelectorDocument, labels: Labels, prefix = ''): boolean {
  const name = (key: string) => `k8s:${prefix}${key}`;
  const matchLabels = Object.fromEntries(
    Object.entries(selector.matchLabels ?? {}).map(([k, v]) => [name(k), v]),
  );
  const matchExpressions = (selector.matchExpressions ?? []).map((e) => ({ ...e, key: name(e.key) }));
  return selects({ matchLabels, matchExpressions }, labels);
}

export function keysOf(selector: SelectorDocument): string[] {
  return [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map((e) => e.key)];
}

export function namespaceOf(labels: Labels): string | null {
  return labels.find((l) => l.source === 'k8s' && l.key === NAMESPACE)?.value ?? null;
}
