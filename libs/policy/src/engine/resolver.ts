import { IDENTITY, labelsKey, type Labels } from '@sluice/labels';
import type {
  DocumentError,
  EnforcementMode,
  IdentityInput,
  NamedPorts,
  NodeInput,
  PolicyRef,
  ResolvedClass,
  ServiceInput,
  StoredPolicy,
  World,
} from '../types.js';
import type { NormalPolicy } from '../normal/form.js';
import { normalise, type Normalised } from '../normal/normalise.js';
import { compile, type CompiledPolicy, type CompiledSpec } from './compile.js';
import { LabelIndex } from './labelindex.js';
import { isStale, variantKey, type Followed, type Variant } from './followed.js';
import { Policies } from './policies.js';
import type { RowChange } from './rows.js';
import { SelectorIndex } from './selectors.js';
import { atOnce, inSlices, type Pausable } from './slices.js';
import { isHost, isWorkload, SubjectState } from './subject.js';

export type { Variant } from './followed.js';

/** What became of a policy: `kept` where its errors left an earlier form in force, `shut` where only its isolation is. */
export interface UpsertResult {
  readonly state: 'accepted' | 'kept' | 'shut';
  readonly errors: readonly DocumentError[];
}

/** Leaves time for others within the 20 ms that nothing may hold the event loop. */
const SLICE_MS = 8;
/** Whoever changes policies all the time gets the last ones without a pause. */
const ROUNDS = 3;

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
  readonly #policies = new Policies();
  /** Followed subjects, by variant. */
  readonly #followed = new Map<number, Map<string, Followed>>();
  readonly #local = new LabelIndex();
  readonly #affected = new Set<number>();
  #changes = 0;

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
    for (const { policy, readsServices } of [...this.#policies.all()])
      if (readsServices) this.#replace(policy.ref, compile(policy, services));
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
    this.#rebuild(identity, (f) => f.building > 0 || (f.state?.portNames.length ?? 0) > 0);
    for (const list of this.#followed.values())
      for (const followed of list.values()) {
        if (followed.state?.readsPeerPorts) followed.state.changed(identity);
        // What is being built is not asked yet whether it reads them.
        if (followed.building > 0) followed.staleAt = ++this.#changes;
      }
  }

  /** Takes a policy or its new form. One that cannot be compiled keeps its last form; without one it isolates and allows nothing. */
  upsertPolicy(stored: StoredPolicy, { policy, errors }: Normalised = normalise(stored)): UpsertResult {
    if (errors.length > 0 && this.#policies.has(stored)) return { state: 'kept', errors };
    this.setPolicy(policy);
    return { state: errors.length > 0 ? 'shut' : 'accepted', errors };
  }

  /** Takes a policy in the internal form. */
  setPolicy(policy: NormalPolicy): void {
    this.#replace(policy.ref, compile(policy, this.#services));
  }

  /** Forgets a policy; unknown ones are ignored. */
  deletePolicy(ref: PolicyRef): void {
    this.#replace(ref, null);
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
    return this.#policies.prefixes();
  }

  /** Subjects that were resolved and may have changed since. Takes them: a second call returns only later ones. */
  affected(): Set<number> {
    const taken = new Set(this.#affected);
    this.#affected.clear();
    return taken;
  }

  /** Stops following a subject that has no local endpoint any more. */
  forget(subject: number): void {
    for (const followed of this.#followed.get(subject)?.values() ?? []) {
      followed.state?.release();
      followed.forgotten = true;
    }
    this.#followed.delete(subject);
    this.#local.set(subject, null);
    this.#affected.delete(subject);
  }

  /** All that the map of one class must hold, and from now on changes of it are told by `affected`. */
  resolve(subject: number, variant: Variant = {}): ResolvedClass {
    return this.#state(this.#follow(subject, variant)).resolved();
  }

  /**
   * The same for many classes, in slices between which the event loop has its turn: for the first resolution of a node, and for
   * policies that name very many peers. Inputs may change meanwhile; the results are those of one moment, which is when the
   * promise is kept. `sliceMs` is how long the event loop is held at a time, about.
   */
  async resolveAll(
    wanted: readonly { readonly subject: number; readonly variant?: Variant }[],
    sliceMs = SLICE_MS,
  ): Promise<ResolvedClass[]> {
    const list = wanted.map(({ subject, variant }) => this.#follow(subject, variant ?? {}));
    this.#index.numbers.hold();
    try {
      await inSlices(this.#renewAll(list), sliceMs);
    } finally {
      this.#index.numbers.release();
    }
    return list.map((followed) => this.#state(followed).resolved());
  }

  *#renewAll(list: readonly Followed[]): Pausable<void> {
    // Who changed policies meanwhile has made some of them stale again.
    for (let round = 0; round < ROUNDS && list.some(isStale); round++)
      for (const followed of list) yield* this.#renew(followed);
  }

  /**
   * The rows of a class that changed since it was last resolved or updated; null where all of it must be resolved again. After
   * it, `resolve` gives the new whole.
   */
  update(subject: number, variant: Variant = {}): readonly RowChange[] | null {
    const followed = this.#followed.get(subject)?.get(variantKey(variant));
    return followed?.state && !isStale(followed) ? followed.state.update() : null;
  }

  /**
   * All that the map of a class holds by what was told last, by `resolve` or `update`, whatever has changed since: to be asked where
   * `update` says null, before anything else is asked of the subject. Null where it was never resolved.
   */
  last(subject: number, variant: Variant = {}): ResolvedClass | null {
    return this.#followed.get(subject)?.get(variantKey(variant))?.state?.told() ?? null;
  }

  /** What a policy in force needs beside identities: prefixes, and whether services say which. Null where it is not in force. */
  needs(ref: PolicyRef): { readonly prefixes: readonly string[]; readonly services: boolean } | null {
    return this.#policies.needs(ref);
  }

  /**
   * The names of ports that ingress rules of a subject mention, sorted. Workloads of one identity whose ports of these names
   * differ need classes of their own, each resolved with `ports`.
   */
  portNames(subject: number, variant: Variant = {}): readonly string[] {
    return this.#state(this.#follow(subject, variant)).portNames;
  }

  /** Whether a staged policy, or one that a staged policy replaces, selects the subject, so that its staged verdicts can differ from the enforced ones. */
  hasStaged(subject: number): boolean {
    return this.#specsOf(subject).some((s) => s.policy.staged || this.#policies.isReplaced(s));
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
    if (!followed)
      list.set(
        key,
        (followed = { subject, variant, state: null, staleAt: 0, builtAt: 0, building: 0, forgotten: false }),
      );
    return followed;
  }

  #state(followed: Followed): SubjectState {
    return atOnce(this.#renew(followed));
  }

  /** The state of a class, built anew where the one that is there is stale. */
  *#renew(followed: Followed): Pausable<SubjectState> {
    while (!followed.state || isStale(followed)) {
      const { state: old, staleAt } = followed;
      const state = this.#makeState(followed);
      followed.building += 1;
      yield* state.build(old);
      followed.building -= 1;
      // Meanwhile somebody who did not want to wait may have built it, or nobody wants it any more.
      if (followed.forgotten || followed.state !== old) state.release();
      if (followed.forgotten) return state;
      if (followed.state !== old) continue;
      followed.state = state;
      followed.builtAt = staleAt;
      old?.release();
    }
    return followed.state;
  }

  #makeState({ subject, variant }: Followed): SubjectState {
    const specs = this.#specsOf(subject);
    return new SubjectState(
      {
        identity: subject,
        known: this.#index.labelsOf(subject) !== undefined,
        mode: this.#mode,
        specs: specs.filter((s) => (variant.staged ? !this.#policies.isReplaced(s) : !s.policy.staged)),
        allowLocalHost: this.#allowLocalHost,
        ownPorts: variant.ports ? [variant.ports] : (this.#namedPorts.get(subject) ?? []),
        namedPorts: this.#namedPorts,
        index: this.#index,
      },
      () => this.#affected.add(subject),
    );
  }

  #specsOf(subject: number): CompiledSpec[] {
    if (isHost(subject)) {
      const labels = this.#index.nodeLabelsOf(subject);
      return labels ? this.#policies.ofNode(labels) : [];
    }
    const labels = this.#index.labelsOf(subject);
    return labels && isWorkload(subject) ? this.#policies.ofWorkload(labels) : [];
  }

  #replace(ref: PolicyRef, next: CompiledPolicy | null): void {
    for (const spec of this.#policies.set(ref, next)) this.#rebuildSubjects(spec);
  }

  #rebuildSubjects({ spec: { subject } }: CompiledSpec): void {
    if (subject.type === 'workloads') {
      if (this.#local.size > 0)
        for (const id of this.#local.selectIds(subject.selector)) if (isWorkload(id)) this.#rebuild(id);
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
      followed.staleAt = ++this.#changes;
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
