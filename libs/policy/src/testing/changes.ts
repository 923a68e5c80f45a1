import {
  derivedLabels,
  IDENTITY,
  isDerivedKey,
  makeLabels,
  NAMESPACE_LABEL,
  type Labels,
} from '@sluice/labels';
import type {
  EnforcementMode,
  IdentityInput,
  NamedPorts,
  NodeInput,
  PolicyRef,
  ServiceInput,
  StoredPolicy,
  World,
} from '../types.js';
import { ENGINE_FEATURES } from './features.js';
import { makerOf, NAMESPACES, TIERS } from './maker.js';
import type { Random } from './random.js';
import { maybeReplacing } from './replaces.js';
import { cidrIdentities, randomIdentity, randomNamedPorts, randomNodes, randomPolicy, randomServices } from './worlds.js'; // prettier-ignore

/** One change of one input of a resolver: plain values, so that a sequence of them can be printed and made smaller. */
export type Change =
  | { readonly input: 'policy'; readonly policy: StoredPolicy }
  | { readonly input: 'policy-gone'; readonly ref: PolicyRef }
  | { readonly input: 'identity'; readonly identity: IdentityInput }
  | { readonly input: 'identity-gone'; readonly id: number }
  | { readonly input: 'namespace'; readonly name: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly input: 'services'; readonly services: readonly ServiceInput[] }
  | { readonly input: 'nodes'; readonly nodes: readonly NodeInput[] }
  | { readonly input: 'named-ports'; readonly id: number; readonly ports: NamedPorts | null }
  | { readonly input: 'local-host'; readonly allow: boolean }
  | { readonly input: 'mode'; readonly mode: EnforcementMode };

/** Every input that can change. */
export const INPUTS: readonly Change['input'][] = ['policy', 'policy-gone', 'identity', 'identity-gone', 'namespace', 'services', 'nodes', 'named-ports', 'local-host', 'mode']; // prettier-ignore

const WEIGHTS: Readonly<Partial<Record<Change['input'], number>>> = {
  policy: 5,
  'policy-gone': 2,
  identity: 2,
};
const WEIGHED = INPUTS.flatMap((input) => Array<Change['input']>(WEIGHTS[input] ?? 1).fill(input));

export const sameRef = (a: PolicyRef, b: PolicyRef): boolean =>
  a.kind === b.kind && a.scope === b.scope && a.name === b.name;

/** A new policy, a new form of one that is there, that one turned round, or staged or enforced. */
function changedPolicy(r: Random, world: World, revision: number): StoredPolicy {
  const old = world.policies.length > 0 ? r.pick(world.policies) : null;
  if (!old || r.chance(0.3)) return randomPolicy(r, `n${r.int(0, 2)}`, revision);
  if (r.chance(0.2)) return { ...old, revision, document: restaged(old.document) };
  if (r.chance(0.3)) return { ...old, revision, document: inverted(old.document) };
  for (let i = 0; i < 50; i++) {
    const next = randomPolicy(r, old.name, revision);
    if (sameRef(next, old)) return { ...next, uid: old.uid };
  }
  return { ...old, revision };
}

interface Document {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** By the annotation, which every dialect has. */
function restaged(value: unknown): unknown {
  const document = value as Document;
  const { annotations, ...metadata } = document.metadata;
  // Who is enforced replaces nobody.
  const { replaces: _replaces, ...spec } = document.spec ?? {};
  if (annotations) return { ...document, metadata, ...(document.spec ? { spec } : {}) };
  return { ...document, metadata: { ...metadata, annotations: { 'sluice.dev/enforcement': 'audit' } } };
}

const OPPOSITE: Readonly<Record<string, string>> = {
  ingress: 'ingressDeny', ingressDeny: 'ingress', egress: 'egressDeny', egressDeny: 'egress',
  accept: 'deny', deny: 'accept', Accept: 'Deny', Deny: 'Accept',
}; // prettier-ignore

/** What it allowed it denies and the other way round: of all changes that which most needs a new map. */
function inverted(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => inverted(item));
  if (typeof value === 'object' && value !== null) {
    // Kubernetes has no rules that deny.
    const turns = 'endpointSelector' in value || 'nodeSelector' in value;
    const turned = (name: string) => (turns ? (OPPOSITE[name] ?? name) : name);
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [turned(k), inverted(v, k)]));
  }
  return key === 'action' ? (OPPOSITE[String(value)] ?? value) : value;
}

function changeOf(r: Random, world: World, input: Change['input'], revision: number): Change {
  const workloads = world.identities.filter((i) => i.id < IDENTITY.CIDR_FLAG).map((i) => i.id);
  const id = IDENTITY.CLUSTER_MIN + r.int(0, 6);
  const make = makerOf(r, ENGINE_FEATURES);
  switch (input) {
    case 'policy':
      return { input, policy: maybeReplacing(r, changedPolicy(r, world, revision), world.policies) };
    case 'policy-gone': {
      const { kind, scope, name } = r.pick(world.policies);
      return { input, ref: { kind, scope, name } };
    }
    case 'identity':
      return { input, identity: randomIdentity(r, id) };
    case 'identity-gone':
      return { input, id: r.pick(workloads) };
    case 'namespace':
      return { input, name: r.pick(NAMESPACES), labels: r.chance(0.2) ? {} : { team: r.pick(TIERS) } };
    case 'services':
      return { input, services: randomServices(make) };
    case 'nodes':
      return { input, nodes: randomNodes(make) };
    case 'named-ports':
      return { input, id, ports: r.chance(0.85) ? randomNamedPorts(r) : null };
    case 'local-host':
      return { input, allow: !world.allowLocalHost };
    case 'mode':
      return { input, mode: r.pick(['always', 'default', 'never'] as const) };
  }
}

/** A random change of a random input that can change in this world. */
export function randomChange(r: Random, world: World, revision: number): Change {
  const hasWorkload = world.identities.some((i) => i.id < IDENTITY.CIDR_FLAG);
  for (;;) {
    const input = r.pick(WEIGHED);
    if (input === 'policy-gone' && world.policies.length === 0) continue;
    if (input === 'identity-gone' && !hasWorkload) continue;
    return changeOf(r, world, input, revision);
  }
}

function relabelled({ id, labels }: IdentityInput, namespace: string, namespaceLabels: Readonly<Record<string, string>>) {
  const own: Labels = labels.filter((l) => !isDerivedKey(l.key));
  return { id, labels: makeLabels([...own, ...derivedLabels({ namespace, namespaceLabels })]) };
} // prettier-ignore

function applied(world: World, change: Change): World {
  switch (change.input) {
    case 'policy': {
      const others = world.policies.filter((p) => !sameRef(p, change.policy));
      return { ...world, policies: [...others, change.policy] };
    }
    case 'policy-gone':
      return { ...world, policies: world.policies.filter((p) => !sameRef(p, change.ref)) };
    case 'identity': {
      const others = world.identities.filter((i) => i.id !== change.identity.id);
      return { ...world, identities: [...others, change.identity] };
    }
    case 'identity-gone':
      return { ...world, identities: world.identities.filter((i) => i.id !== change.id) };
    case 'namespace': {
      const { name, labels } = change;
      const all = { 'kubernetes.io/metadata.name': name, ...labels };
      const own = makeLabels(Object.entries(all).map(([key, value]) => ({ source: 'k8s', key, value })));
      const isIn = (i: IdentityInput) => i.labels.some((l) => l.key === NAMESPACE_LABEL && l.value === name);
      return {
        ...world,
        namespaces: { ...world.namespaces, [name]: own },
        identities: world.identities.map((i) => (isIn(i) ? relabelled(i, name, all) : i)),
      };
    }
    case 'services':
      return { ...world, services: change.services };
    case 'nodes':
      return { ...world, nodes: change.nodes };
    case 'named-ports': {
      const namedPorts = new Map(world.namedPorts);
      if (change.ports) namedPorts.set(change.id, change.ports);
      else namedPorts.delete(change.id);
      return { ...world, namedPorts };
    }
    case 'local-host':
      return { ...world, allowLocalHost: change.allow };
    case 'mode':
      return { ...world, mode: change.mode };
  }
}

/** The world after some changes that are one to its agent. Prefixes keep their numbers; what did not change is the same object. */
export function changed(world: World, changes: readonly Change[]): World {
  const next = changes.reduce(applied, world);
  const isPrefix = ({ id }: IdentityInput) => id >= IDENTITY.CIDR_FLAG && id < IDENTITY.CIDR_FLAG * 2;
  const others = next.identities.filter((i) => !isPrefix(i));
  const kept = world.identities.filter(isPrefix);
  return { ...next, identities: [...others, ...cidrIdentities(next.policies, next.services, kept)] };
}
