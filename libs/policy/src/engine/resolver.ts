import { IDENTITY, labelsKey, matches, type Labels } from '@sluice/labels';
import type {
  DocumentError,
  EnforcementMode,
  IdentityInput,
  NamedPortInput,
  NamedPorts,
  NodeInput,
  PolicyRef,
  ResolvedClass,
  ServiceInput,
  StoredPolicy,
  World,
} from '../types.js';
import type { NormalPolicy } from '../normal/form.js';
import { normalise } from '../normal/normalise.js';
import { compile, prefixesOf, type CompiledPolicy, type CompiledSpec } from './compile.js';
import { LabelIndex, SelectorTable } from './labelindex.js';
import type { RowChange } from './rows.js';
import { SelectorIndex } from './selectors.js';
import { isHost, isWorkload, SubjectState } from './subject.js';

/** What became of a policy: `kept` where its errors left an earlier form in force, `shut` where only its isolation is. */
export interface UpsertResult {
  readonly state: 'accepted' | 'kept' | 'shut';
  readonly errors: readonly DocumentError[];
}

/** Which of a subject's classes: with staged policies counted too (POLICY 9), for workloads with exactly these ports (POLICY 7). */
export interface Variant {
  readonly staged?: boolean;
  readonly ports?: readonly NamedPortInput[];
}

function refKey(ref: PolicyRef): string {
  return `${ref.kind}\n${ref.scope}\n${ref.name}`;
}

interface Followed {
  readonly subject: number;
  readonly variant: Variant;
  state: SubjectState | null;
  /** To be built anew. The old state holds its peers until then, so that those which the new one needs too are not lost. */
  stale: boolean;
}

/**
 * Computes what the map of each local class must hold. Incremental: a change of a peer touches that peer's entries in the
 * subjects whose rules meet it; a change of policies builds anew the subjects that they select. What it returns depends on its
 * inputs alone, not on their order.
 */
export class Resolver {
  #mode: EnforcementMode;
  #allowLocalHost = false;
  #services: readonly ServiceInput[] = [];
  readonly #index = new SelectorIndex();
  readonly #namedPorts = new Map<number, NamedPorts>();
  readonly #policies = new Map<string, CompiledPolicy>();
  readonly #specs = new SelectorTable<CompiledSpec>();
  readonly #hostSpecs = new Set<CompiledSpec>();
  /** Followed subjects, by variant. */
  readonly #followed = new Map<number, Map<string, Followed>>();
  readonly #local = new LabelIndex();
  readonly #affected = new Set<number>();

  constructor(mode: EnforcementMode = 'always') {
    this.#mode = mode;
  }

  /** Sets the cluster-wide mode. */
  setMode(mode: EnforcementMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#rebuildAll();
  }

  /** Sets whether ingress from the local host is allowed unless a rule denies it. */
  setAllowLocalHost(allow: boolean): void {
    if (allow === this.#allowLocalHost) return;
    this.#allowLocalHost = allow;
    this.#rebuildAll();
  }

  /** Sets all services. Policies that speak of services are compiled anew. */
  setServices(services: readonly ServiceInput[]): void {
    this.#services = services;
    for (const [key, old] of [...this.#policies])
      if (old.readsServices) this.#replace(key, compile(old.policy, services));
  }

  /** Sets all nodes. */
  setNodes(nodes: readonly NodeInput[]): void {
    this.#index.setNodes(nodes);
    for (const subject of this.#followed.keys()) if (isHost(subject)) this.#rebuild(subject);
  }

  /** Sets or, with null, forgets the named ports of an identity's workloads. */
  setNamedPorts(identity: number, ports: NamedPorts | null): void {
    if (ports) this.#namedPorts.set(identity, ports);
    else this.#namedPorts.delete(identity);
    this.#rebuild(identity, (f) => (f.state?.portNames.length ?? 0) > 0);
    for (const list of this.#followed.values())
      for (const followed of list.values())
        if (followed.state?.readsPeerPorts) followed.state.changed(identity);
  }

  /** Takes a policy or its new form. One that cannot be compiled keeps its last form; without one it isolates and allows nothing. */
  upsertPolicy(stored: StoredPolicy): UpsertResult {
    const { policy, errors } = normalise(stored);
    if (errors.length > 0 && this.#policies.has(refKey(stored))) return { state: 'kept', errors };
    this.setPolicy(policy);
    return { state: errors.length > 0 ? 'shut' : 'accepted', errors };
  }

  /** Takes a policy in the internal form. */
  setPolicy(policy: NormalPolicy): void {
    this.#replace(refKey(policy.ref), compile(policy, this.#services));
  }

  /** Forgets a policy; unknown ones are ignored. */
  deletePolicy(ref: PolicyRef): void {
    this.#replace(refKey(ref), null);
  }

  /** Takes an identity or its new labels. Reserved numbers are known already and are ignored. */
  upsertIdentity(identity: IdentityInput): void {
    if (identity.id < IDENTITY.CLUSTER_MIN) return;
    const before = this.#index.labelsOf(identity.id);
    if (before && (before === identity.labels || labelsKey(before) === labelsKey(identity.labels))) return;
    this.#setIdentity(identity.id, identity.labels);
  }

  /** Forgets an identity; reserved and unknown ones are ignored. */
  deleteIdentity(id: number): void {
    if (id >= IDENTITY.CLUSTER_MIN && this.#index.labelsOf(id)) this.#setIdentity(id, null);
  }

  /** Labels of an identity that the resolver knows. */
  labelsOf(id: number): Labels | null {
    return this.#index.labelsOf(id) ?? null;
  }

  /** Every prefix that needs a CIDR identity: those that policies in force name, and backends of services in them. Unsorted. */
  prefixes(): Set<string> {
    return new Set([...this.#policies.values()].flatMap(prefixesOf));
  }

  /** Subjects that were resolved and may have changed since. Takes them: a second call returns only later ones. */
  affected(): Set<number> {
    const taken = new Set(this.#affected);
    this.#affected.clear();
    return taken;
  }

  /** Stops following a subject that has no local endpoint any more. */
  forget(subject: number): void {
    for (const { state } of this.#followed.get(subject)?.values() ?? []) state?.release();
    this.#followed.delete(subject);
    this.#local.set(subject, null);
    this.#affected.delete(subject);
  }

  /** All that the map of one class must hold, and from now on changes of it are told by `affected`. */
  resolve(subject: number, variant: Variant = {}): ResolvedClass {
    return this.#state(this.#follow(subject, variant)).resolved();
  }

  /**
   * The rows of a class that changed since it was last resolved or updated; null where all of it must be resolved again. After
   * it, `resolve` gives the new whole.
   */
  update(subject: number, variant: Variant = {}): readonly RowChange[] | null {
    const followed = this.#followed.get(subject)?.get(variantKey(variant));
    return followed?.state && !followed.stale ? followed.state.update() : null;
  }

  /**
   * The names of ports that ingress rules of a subject mention, sorted. Workloads of one identity whose ports of these names
   * differ need classes of their own, each resolved with `ports`.
   */
  portNames(subject: number, variant: Variant = {}): readonly string[] {
    return this.#state(this.#follow(subject, variant)).portNames;
  }

  /** Whether a staged policy selects the subject, so that its staged verdicts can differ from the enforced ones. */
  hasStaged(subject: number): boolean {
    return this.#specsOf(subject).some((s) => s.policy.staged);
  }

  /** Whether any policy, enforced or staged, selects the subject. A host that none selects is not judged at all (POLICY 3). */
  isSelected(subject: number): boolean {
    return this.#specsOf(subject).length > 0;
  }

  #follow(subject: number, variant: Variant): Followed {
    let list = this.#followed.get(subject);
    if (!list) {
      this.#followed.set(subject, (list = new Map<string, Followed>()));
      this.#local.set(subject, isWorkload(subject) ? (this.#index.labelsOf(subject) ?? []) : []);
    }
    const key = variantKey(variant);
    let followed = list.get(key);
    if (!followed) list.set(key, (followed = { subject, variant, state: null, stale: true }));
    return followed;
  }

  #state(followed: Followed): SubjectState {
    if (followed.state && !followed.stale) return followed.state;
    const { subject, variant, state: old } = followed;
    const specs = this.#specsOf(subject);
    followed.state = new SubjectState(
      {
        identity: subject,
        known: this.#index.labelsOf(subject) !== undefined,
        mode: this.#mode,
        specs: variant.staged ? specs : specs.filter((s) => !s.policy.staged),
        allowLocalHost: this.#allowLocalHost,
        ownPorts: variant.ports ? [variant.ports] : (this.#namedPorts.get(subject) ?? []),
        namedPorts: this.#namedPorts,
        index: this.#index,
      },
      () => this.#affected.add(subject),
    );
    followed.stale = false;
    old?.release();
    return followed.state;
  }

  #specsOf(subject: number): CompiledSpec[] {
    if (isHost(subject)) {
      const labels = this.#index.nodeLabelsOf(subject);
      return labels ? [...this.#hostSpecs].filter((s) => matches(s.spec.subject.selector, labels)) : [];
    }
    const labels = this.#index.labelsOf(subject);
    if (!labels || !isWorkload(subject)) return [];
    const found = new Set<CompiledSpec>();
    for (const spec of this.#specs.candidates(labels))
      if (matches(spec.spec.subject.selector, labels)) found.add(spec);
    return [...found];
  }

  #replace(key: string, next: CompiledPolicy | null): void {
    const old = this.#policies.get(key);
    if (next) this.#policies.set(key, next);
    else this.#policies.delete(key);
    for (const spec of old?.specs ?? []) {
      this.#rebuildSubjects(spec);
      if (spec.spec.subject.type === 'nodes') this.#hostSpecs.delete(spec);
      else this.#specs.delete(spec.spec.subject.selector, spec);
    }
    for (const spec of next?.specs ?? []) {
      if (spec.spec.subject.type === 'nodes') this.#hostSpecs.add(spec);
      else this.#specs.add(spec.spec.subject.selector, spec);
      this.#rebuildSubjects(spec);
    }
  }

  #rebuildSubjects({ spec: { subject } }: CompiledSpec): void {
    if (subject.type === 'workloads') {
      if (this.#local.size > 0)
        for (const id of this.#local.select(subject.selector)) if (isWorkload(id)) this.#rebuild(id);
      return;
    }
    for (const id of this.#followed.keys()) if (isHost(id)) this.#rebuild(id);
  }

  #rebuildAll(): void {
    for (const subject of this.#followed.keys()) this.#rebuild(subject);
  }

  #rebuild(subject: number, wanted: (f: Followed) => boolean = () => true): void {
    for (const followed of this.#followed.get(subject)?.values() ?? []) {
      if (!wanted(followed)) continue;
      followed.stale = true;
      this.#affected.add(subject);
    }
  }

  #setIdentity(id: number, labels: Labels | null): void {
    this.#index.setIdentity(id, labels);
    if (!this.#followed.has(id)) return;
    this.#local.set(id, labels ?? []);
    this.#rebuild(id);
    this.#affected.add(id);
  }
}

function variantKey({ staged, ports }: Variant): string {
  if (!ports) return staged ? 'staged' : '';
  return JSON.stringify([staged ?? false, ports.map((p) => [p.name, p.protocol, p.port])]);
}

/** Resolves one subject of a whole world: the same as a resolver that was given it piece by piece. Pure. */
export function resolveWorld(world: World, subject: number): ResolvedClass {
  return resolverOf(world).resolve(subject);
}

/** A resolver that knows a whole world. */
export function resolverOf(world: World): Resolver {
  const resolver = new Resolver(world.mode);
  resolver.setAllowLocalHost(world.allowLocalHost ?? false);
  resolver.setServices(world.services ?? []);
  resolver.setNodes(world.nodes ?? []);
  for (const identity of world.identities) resolver.upsertIdentity(identity);
  for (const [identity, ports] of world.namedPorts ?? []) resolver.setNamedPorts(identity, ports);
  for (const policy of world.policies) resolver.upsertPolicy(policy);
  return resolver;
}
