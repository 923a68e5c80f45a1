import { canonicalPrefix } from '@sluice/datapath';
import { IDENTITY, type Labels } from '@sluice/labels';
import {
  type EnforcementMode,
  type NamedPorts,
  type NodeInput,
  normalise,
  type Normalised,
  type Peer,
  type PolicyRef,
  type ResolvedClass,
  Resolver,
  type RowChange,
  type ServiceInput,
  type StoredPolicy,
  type Variant,
} from '@sluice/policy';
import { Counted } from '../world/counted.js';

/** A policy that could not be compiled, and what is in force instead. */
export interface PolicyProblem {
  readonly policy: string;
  readonly message: string;
}

/** What beside policies, services, identities and nodes decides verdicts on this node. */
export interface PolicySettings {
  readonly mode: EnforcementMode;
  readonly allowLocalHost: boolean;
  /** Another node serves the Kubernetes API. */
  readonly hasApiNode: boolean;
}

/** What a policy needs before it can be in force. */
interface Needs {
  readonly prefixes: readonly string[];
  /** It names nodes as peers: then each has a number of its own. */
  readonly nodes: boolean;
  /** It names the Kubernetes API as a peer, which may be a node. */
  readonly api: boolean;
}

/** Whether a peer may be the Kubernetes API. */
function isApi(peer: Peer): boolean {
  if (peer.type === 'identity') return peer.identity === IDENTITY.KUBE_APISERVER;
  return peer.type === 'labels' && peer.selector.requirements.some((r) => r.source === 'reserved');
}

const nameOf = (policy: PolicyRef): string => `${policy.kind} ${policy.scope}/${policy.name}`;

/**
 * The policy library, told of changes. Policies that cannot be compiled are kept account of, and so is what policies in force
 * need: prefixes and numbers of nodes. Equal inputs given again cost nothing.
 */
export class PolicyEngine {
  private readonly resolver = new Resolver();
  private readonly policies = new Map<string, StoredPolicy>();
  private readonly problems = new Map<string, PolicyProblem>();
  /** Policies in force that name nodes as peers. */
  private readonly nodePeers = new Set<string>();
  /** Policies in force that name the Kubernetes API as a peer, and whether a node serves it. */
  private readonly apiPeers = new Set<string>();
  private hasApiNode = false;
  /** Prefixes that each policy in force needs, where it needs any, and those whose prefixes services decide. */
  private readonly prefixesOf = new Map<string, readonly string[]>();
  private readonly serviceReaders = new Set<string>();
  private readonly prefixes = new Counted();
  private services = '[]';
  private nodes = '[]';
  private readonly needs = new WeakMap<StoredPolicy, Needs>();
  /** Forms of policies that were asked what they need and are not set yet: made once for both. */
  private readonly forms = new Map<StoredPolicy, Normalised>();

  /** Sets what concerns every policy. */
  setSettings({ mode, allowLocalHost, hasApiNode }: PolicySettings): void {
    this.hasApiNode = hasApiNode;
    this.resolver.setMode(mode);
    this.resolver.setAllowLocalHost(allowLocalHost);
  }

  /** Sets all services. Their backends are addresses. */
  setServices(services: readonly ServiceInput[]): void {
    const text = JSON.stringify(services);
    if (text === this.services) return;
    this.services = text;
    this.resolver.setServices(services);
    for (const key of [...this.serviceReaders]) this.count(key);
  }

  /**
   * Sets what names of ports mean for an identity; null: it names none. To be called before an address of one more workload is
   * anybody's: until then a name may mean what that workload does not agree to.
   */
  setNamedPorts(identity: number, ports: NamedPorts | null): void {
    this.resolver.setNamedPorts(identity, ports);
  }

  /** Sets a policy, or forgets it. */
  setPolicy(key: string, policy: StoredPolicy | null): void {
    const before = this.policies.get(key);
    if (policy) {
      this.policies.set(key, policy);
      if (!before || !isSame(before, policy)) this.upsert(key, policy);
      this.forms.delete(policy);
    } else if (before) {
      this.policies.delete(key);
      this.resolver.deletePolicy(before);
      for (const map of [this.problems, this.nodePeers, this.apiPeers]) map.delete(key);
      this.count(key);
    }
  }

  private upsert(key: string, policy: StoredPolicy): void {
    const { state, errors } = this.resolver.upsertPolicy(policy, this.formOf(policy));
    if (state !== 'kept') {
      const { nodes, api } = this.needsOf(policy);
      const note = (set: Set<string>, is: boolean) => (is ? set.add(key) : set.delete(key));
      note(this.nodePeers, nodes);
      note(this.apiPeers, api);
      this.count(key);
    }
    if (state === 'accepted') {
      this.problems.delete(key);
      return;
    }
    const first = errors[0];
    const why = first ? `${first.path}: ${first.message}` : 'it cannot be compiled';
    const instead = state === 'kept' ? 'its last good form holds' : 'it isolates and allows nothing';
    this.problems.set(key, { policy: nameOf(policy), message: `${why}; ${instead}` });
  }

  /** Policies that are not in force as written. */
  broken(): Iterable<PolicyProblem> {
    return this.problems.values();
  }

  /** Counts what a policy needs by its present form. */
  private count(key: string): void {
    const policy = this.policies.get(key);
    const needs = policy ? this.resolver.needs(policy) : null;
    if (needs?.services) this.serviceReaders.add(key);
    else this.serviceReaders.delete(key);
    const next = needs?.prefixes.map(canonicalPrefix) ?? [];
    this.prefixes.hold(next);
    this.prefixes.release(this.prefixesOf.get(key) ?? []);
    if (next.length > 0) this.prefixesOf.set(key, next);
    else this.prefixesOf.delete(key);
  }

  /** Which prefixes are named since the last call, and which are not any more. */
  takePrefixes(): ReturnType<Counted['take']> {
    return this.prefixes.take();
  }

  /** Counts prefixes as named until they are given back by what this returns. */
  holdPrefixes(prefixes: readonly string[]): () => void {
    const held = prefixes.map(canonicalPrefix);
    this.prefixes.hold(held);
    return () => this.prefixes.release(held);
  }

  /** Whether policies in force name nodes as peers, so that each needs a number of its own. */
  namesNodes(): boolean {
    return this.nodePeers.size > 0 || (this.hasApiNode && this.apiPeers.size > 0);
  }

  /** What these policies need that policies in force do not. */
  neededBy(policies: Iterable<StoredPolicy>): Omit<Needs, 'api'> {
    const all = [...policies].map((policy) => this.needsOf(policy));
    const nodes = all.some((needs) => needs.nodes || (needs.api && this.hasApiNode));
    const prefixes = all
      .flatMap((needs) => needs.prefixes)
      .filter((one) => !this.prefixes.has(canonicalPrefix(one)));
    return { prefixes, nodes: nodes && !this.namesNodes() };
  }

  private needsOf(policy: StoredPolicy): Needs {
    let needs = this.needs.get(policy);
    if (!needs) {
      const { prefixes, specs } = this.formOf(policy).policy;
      const peers = specs.flatMap(({ rules }) => rules.flatMap((rule) => rule.peers));
      needs = { prefixes, nodes: peers.some(({ type }) => type === 'nodes'), api: peers.some(isApi) };
      this.needs.set(policy, needs);
    }
    return needs;
  }

  private formOf(policy: StoredPolicy): Normalised {
    const form = this.forms.get(policy) ?? normalise(policy);
    this.forms.set(policy, form);
    return form;
  }

  /** Sets the labels by which selectors may meet an identity; null: it is nobody's. */
  setIdentity(identity: number, labels: Labels | null): void {
    if (labels) this.resolver.upsertIdentity({ id: identity, labels });
    else this.resolver.deleteIdentity(identity);
  }

  /** Labels of an identity that selectors may meet. */
  labelsOf(identity: number): Labels | null {
    return this.resolver.labelsOf(identity);
  }

  /** Sets the nodes that node selectors may meet. */
  setNodes(nodes: readonly NodeInput[]): void {
    const text = JSON.stringify(nodes);
    if (text !== this.nodes) this.resolver.setNodes(nodes);
    this.nodes = text;
  }

  /** Subjects that may have changed since they were last resolved. A second call returns only later ones. */
  affected(): ReadonlySet<number> {
    return this.resolver.affected();
  }

  /** All that the map of one class must hold. */
  resolve(identity: number, variant: Variant): ResolvedClass {
    return this.resolver.resolve(identity, variant);
  }

  /** What changed of a class since it was told last; null where it has to be resolved as a whole. */
  update(identity: number, variant: Variant): readonly RowChange[] | null {
    return this.resolver.update(identity, variant);
  }

  /** A class as it was told last. To be asked where `update` says null, before anything else is asked of its subject. */
  last(identity: number, variant: Variant): ResolvedClass | null {
    return this.resolver.last(identity, variant);
  }

  /** Names of ports that tell apart the workloads of an identity. */
  portNames(identity: number): readonly string[] {
    return this.resolver.portNames(identity);
  }

  /** Whether staged policies select the subject. */
  hasStaged(identity: number): boolean {
    return this.resolver.hasStaged(identity);
  }

  /** Whether any policy selects the subject. */
  isSelected(identity: number): boolean {
    return this.resolver.isSelected(identity);
  }

  /** Stops following a subject without local endpoints. */
  forget(identity: number): void {
    this.resolver.forget(identity);
  }
}

/** Whether a policy says the same, also where it was read anew. */
function isSame(a: StoredPolicy, b: StoredPolicy): boolean {
  if (a === b) return true;
  if (a.uid !== b.uid || a.revision !== b.revision) return false;
  return JSON.stringify(a.document) === JSON.stringify(b.document);
}
