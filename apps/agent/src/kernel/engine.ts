import { cidrLabels, IDENTITY, type Labels, parsePrefix } from '@sluice/labels';
import {
  diff,
  type EnforcementMode,
  type IdentityInput,
  type MapDelta,
  type NamedPortInput,
  type NamedPorts,
  type NodeInput,
  normalise,
  type Peer,
  type PolicyRef,
  type ResolvedClass,
  Resolver,
  type ServiceInput,
  type StoredPolicy,
  type Variant,
} from '@sluice/policy';

/** A policy that could not be compiled, and what is in force instead. */
export interface PolicyProblem {
  readonly policy: string;
  readonly message: string;
}

/** What beside policies, identities and nodes decides verdicts on this node. */
export interface PolicySettings {
  readonly mode: EnforcementMode;
  readonly allowLocalHost: boolean;
  readonly services: readonly ServiceInput[];
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
 * The policy library behind whole inputs: what is given is compared with what was given before, and only the difference
 * reaches the resolver. Policies and labels are compared by reference, so an unchanged object costs nothing.
 */
export class PolicyEngine {
  private readonly resolver = new Resolver();
  private policies = new Map<string, StoredPolicy>();
  private readonly problems = new Map<string, PolicyProblem>();
  /** Policies in force that name nodes as peers. */
  private readonly nodePeers = new Set<string>();
  /** Policies in force that name the Kubernetes API as a peer, and whether a node serves it. */
  private readonly apiPeers = new Set<string>();
  private hasApiNode = false;
  private identities = new Map<number, Labels>();
  private services = '[]';
  private nodes = '[]';
  private ports = new Map<number, string>();
  private readonly needs = new WeakMap<StoredPolicy, Needs>();

  /** Sets what concerns every policy. */
  setSettings({ mode, allowLocalHost, services, hasApiNode }: PolicySettings): void {
    this.hasApiNode = hasApiNode;
    this.resolver.setMode(mode);
    this.resolver.setAllowLocalHost(allowLocalHost);
    const text = JSON.stringify(services);
    if (text !== this.services) this.resolver.setServices(services);
    this.services = text;
  }

  /**
   * Sets what names of ports mean, by identity. To be called before an address of one more workload is anybody's: until then a name
   * may mean what that workload does not agree to.
   */
  setNamedPorts(namedPorts: ReadonlyMap<number, NamedPorts>): void {
    const ports = new Map([...namedPorts].map(([id, lists]) => [id, JSON.stringify(lists)]));
    for (const id of this.ports.keys()) if (!ports.has(id)) this.resolver.setNamedPorts(id, null);
    for (const [id, lists] of namedPorts)
      if (this.ports.get(id) !== ports.get(id)) this.resolver.setNamedPorts(id, lists);
    this.ports = ports;
  }

  /** Sets the policies; returns those that are not in force as written. */
  setPolicies(policies: ReadonlyMap<string, StoredPolicy>): readonly PolicyProblem[] {
    for (const [key, policy] of this.policies) {
      if (policies.has(key)) continue;
      this.resolver.deletePolicy(policy);
      this.problems.delete(key);
      this.nodePeers.delete(key);
      this.apiPeers.delete(key);
    }
    for (const [key, policy] of policies) if (this.policies.get(key) !== policy) this.upsert(key, policy);
    this.policies = new Map(policies);
    return [...this.problems.values()];
  }

  private upsert(key: string, policy: StoredPolicy): void {
    const { state, errors } = this.resolver.upsertPolicy(policy);
    if (state !== 'kept') {
      const { nodes, api } = this.needsOf(policy);
      const note = (set: Set<string>, is: boolean) => (is ? set.add(key) : set.delete(key));
      note(this.nodePeers, nodes);
      note(this.apiPeers, api);
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

  /** Prefixes that the policies name. */
  prefixes(): ReadonlySet<string> {
    return this.resolver.prefixes();
  }

  /** Whether policies in force name nodes as peers, so that each needs a number of its own. */
  namesNodes(): boolean {
    return this.nodePeers.size > 0 || (this.hasApiNode && this.apiPeers.size > 0);
  }

  /** What policies need which are not in force yet. */
  neededBy(policies: Iterable<StoredPolicy>): Omit<Needs, 'api'> {
    const all = [...policies].map((policy) => this.needsOf(policy));
    const nodes = all.some((needs) => needs.nodes || (needs.api && this.hasApiNode));
    return { prefixes: all.flatMap(({ prefixes }) => prefixes), nodes };
  }

  private needsOf(policy: StoredPolicy): Needs {
    let needs = this.needs.get(policy);
    if (!needs) {
      const { prefixes, specs } = normalise(policy).policy;
      const peers = specs.flatMap(({ rules }) => rules.flatMap((rule) => rule.peers));
      needs = { prefixes, nodes: peers.some(({ type }) => type === 'nodes'), api: peers.some(isApi) };
      this.needs.set(policy, needs);
    }
    return needs;
  }

  /** Labels of each prefix's identity: of all named prefixes that contain it, and world of its family. */
  cidrLabels(numbers: ReadonlyMap<string, number>): Map<number, Labels> {
    const named = [...numbers.keys()].map(parsePrefix);
    return new Map([...numbers].map(([prefix, number]) => [number, cidrLabels(parsePrefix(prefix), named)]));
  }

  /** Sets the identities that selectors may meet. */
  setIdentities(identities: ReadonlyMap<number, Labels>): void {
    for (const id of this.identities.keys()) if (!identities.has(id)) this.resolver.deleteIdentity(id);
    for (const [id, labels] of identities) {
      const identity: IdentityInput = { id, labels };
      if (this.identities.get(id) !== labels) this.resolver.upsertIdentity(identity);
    }
    this.identities = new Map(identities);
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
  resolve(
    identity: number,
    {
      ports,
      staged = false,
    }: { readonly ports: readonly NamedPortInput[] | null; readonly staged?: boolean },
  ): ResolvedClass {
    const variant: Variant = ports === null ? { staged } : { staged, ports };
    return this.resolver.resolve(identity, variant);
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

  /** How to turn one form into another in place, if that is safe at each step. */
  delta(before: ResolvedClass, after: ResolvedClass): MapDelta {
    return diff(before, after);
  }
}
