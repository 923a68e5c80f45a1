import {
  IDENTITY,
  isCidr,
  isCluster,
  labelsKey,
  matches,
  prefixOfLabels,
  RESERVED_IDENTITIES,
  reservedLabels,
  worldOf,
  type Labels,
} from '@sluice/labels';
import type {
  Direction,
  DocumentError,
  EnforcementMode,
  IdentityInput,
  PolicyRef,
  Provenance,
  ResolvedClass,
  StoredPolicy,
  World,
} from '../types.js';
import { distil, type SelectedRule } from './distil.js';
import type { NormalPolicy, NormalRule, NormalSpec } from '../normal/form.js';
import { rangeKeys } from './key.js';
import { compareRefs, normalise } from '../normal/normalise.js';
import { SelectorIndex, type Selection } from './selectors.js';

interface CompiledRule {
  readonly rule: NormalRule;
  readonly fixed: readonly number[];
  readonly selections: readonly Selection[];
  readonly keys: readonly number[];
}
interface CompiledSpec {
  readonly spec: NormalSpec;
  readonly rules: readonly CompiledRule[];
}
interface CompiledPolicy {
  readonly policy: NormalPolicy;
  readonly specs: readonly CompiledSpec[];
}

/** What became of a policy: `kept` where its errors left an earlier form in force, `shut` where only its isolation is. */
export interface UpsertResult {
  readonly state: 'accepted' | 'kept' | 'shut';
  readonly errors: readonly DocumentError[];
}

function refKey(ref: PolicyRef): string {
  return JSON.stringify([ref.kind, ref.scope, ref.name]);
}

/** endpointSelector chooses workloads, never hosts or the outside. */
function isWorkload(identity: number): boolean {
  return isCluster(identity) || identity === IDENTITY.INIT || identity === IDENTITY.HEALTH;
}

const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

/**
 * Computes what the map of each local class must hold. Incremental: a change marks the subjects that it may concern
 * (`affected`), and only those need `resolve` again. What it returns depends on its inputs alone, not on their order.
 */
export class Resolver {
  #mode: EnforcementMode;
  readonly #index = new SelectorIndex();
  readonly #policies = new Map<string, CompiledPolicy>();
  #sorted: CompiledPolicy[] | null = null;
  readonly #reads = new Map<number, Set<Selection>>();
  readonly #affected = new Set<number>();

  constructor(mode: EnforcementMode = 'always') {
    this.#mode = mode;
    for (const id of RESERVED_IDENTITIES) this.#index.setIdentity(id, reservedLabels(id));
  }

  /** Sets the cluster-wide mode. */
  setMode(mode: EnforcementMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    for (const subject of this.#reads.keys()) this.#affected.add(subject);
  }

  /** Takes a policy or its new form. One that cannot be compiled keeps its last form; without one it isolates and allows nothing. */
  upsertPolicy(stored: StoredPolicy): UpsertResult {
    const { policy, errors } = normalise(stored);
    const key = refKey(stored);
    const old = this.#policies.get(key);
    if (errors.length > 0 && old) return { state: 'kept', errors };
    const compiled = this.#compile(policy);
    this.#replace(key, old, compiled);
    return { state: errors.length > 0 ? 'shut' : 'accepted', errors };
  }

  /** Forgets a policy; unknown ones are ignored. */
  deletePolicy(ref: PolicyRef): void {
    const key = refKey(ref);
    this.#replace(key, this.#policies.get(key), null);
  }

  /** Takes an identity or its new labels. Reserved numbers are known already and are ignored. */
  upsertIdentity(identity: IdentityInput): void {
    if (identity.id < IDENTITY.CLUSTER_MIN) return;
    const before = this.#index.labelsOf(identity.id);
    if (before && labelsKey(before) === labelsKey(identity.labels)) return;
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

  /** Every prefix that the policies in force name: those that need CIDR identities. Canonical, unsorted. */
  prefixes(): Set<string> {
    return new Set([...this.#policies.values()].flatMap((p) => p.policy.prefixes));
  }

  /** Subjects that were resolved and may have changed since. Takes them: a second call returns only later ones. */
  affected(): Set<number> {
    const taken = new Set(this.#affected);
    this.#affected.clear();
    return taken;
  }

  /** Stops following a subject that has no local endpoint any more. */
  forget(subject: number): void {
    for (const selection of this.#reads.get(subject) ?? []) selection.users.delete(subject);
    this.#reads.delete(subject);
    this.#affected.delete(subject);
  }

  /** All that the map of one class must hold, and from now on changes of it are told by `affected`. */
  resolve(subject: number): ResolvedClass {
    this.forget(subject);
    const reads = new Set<Selection>();
    this.#reads.set(subject, reads);
    const specs = this.#specsOf(subject);
    const defaults = {} as Record<Direction, Provenance>;
    const entries = DIRECTIONS.flatMap((direction) => {
      const isolating = this.#isolating(specs, direction);
      defaults[direction] = { type: 'default', reason: 'default-deny', isolating };
      const fallback = this.#fallback(subject, isolating);
      const rules = this.#mode === 'never' ? [] : this.#select(specs, direction, subject, reads);
      return distil({ direction, rules, fallback, classOf: (id) => this.#classOf(id) });
    });
    return { identity: subject, entries, defaults };
  }

  #specsOf(subject: number): { policy: NormalPolicy; spec: CompiledSpec }[] {
    const labels = this.#index.labelsOf(subject);
    if (!labels || !isWorkload(subject)) return [];
    this.#sorted ??= [...this.#policies.values()].sort((a, b) => compareRefs(a.policy.ref, b.policy.ref));
    return this.#sorted.flatMap(({ policy, specs }) =>
      specs.filter((s) => matches(s.spec.subject.selector, labels)).map((spec) => ({ policy, spec })),
    );
  }

  #isolating(
    specs: readonly { policy: NormalPolicy; spec: CompiledSpec }[],
    direction: Direction,
  ): PolicyRef[] {
    const refs = specs.filter((s) => s.spec.spec.isolates[direction]).map((s) => s.policy.ref);
    return refs.filter((ref, i) => refs.indexOf(ref) === i);
  }

  /** Step 4 of the order: what happens where no rule decides. Null is deny. */
  #fallback(subject: number, isolating: readonly PolicyRef[]): Provenance | null {
    if (this.#mode === 'never') return { type: 'default', reason: 'mode-never', isolating: [] };
    const isHost = subject === IDENTITY.HOST || subject === IDENTITY.REMOTE_NODE;
    const known = this.#index.labelsOf(subject) !== undefined && subject !== IDENTITY.INIT;
    const open = isHost || (this.#mode === 'default' && known && isWorkload(subject));
    return open && isolating.length === 0
      ? { type: 'default', reason: 'default-allow', isolating: [] }
      : null;
  }

  #select(
    specs: readonly { spec: CompiledSpec }[],
    direction: Direction,
    subject: number,
    reads: Set<Selection>,
  ): SelectedRule[] {
    const selected: SelectedRule[] = [];
    for (const { spec } of specs)
      for (const { rule, fixed, selections, keys } of spec.rules) {
        if (rule.direction !== direction) continue;
        const identities = new Set(fixed);
        for (const selection of selections) {
          reads.add(selection);
          selection.users.add(subject);
          for (const id of selection.met) identities.add(id);
        }
        selected.push({ deny: rule.action === 'deny', identities, keys, origin: rule.origin });
      }
    return selected;
  }

  #classOf(identity: number): number {
    if (isCluster(identity)) return IDENTITY.CLUSTER;
    if (!isCidr(identity)) return 0;
    const prefix = prefixOfLabels(this.#index.labelsOf(identity) ?? []);
    return prefix ? worldOf(prefix.family) : 0;
  }

  #compile(policy: NormalPolicy): CompiledPolicy {
    const specs = policy.specs.map((spec) => ({
      spec,
      rules: spec.rules.map((rule) => this.#compileRule(rule)),
    }));
    return { policy, specs };
  }

  #compileRule(rule: NormalRule): CompiledRule {
    const fixed: number[] = [];
    const selections: Selection[] = [];
    for (const peer of rule.peers)
      if (peer.type === 'identity') fixed.push(peer.identity);
      else if (peer.type === 'labels' || peer.type === 'cidr') selections.push(this.#index.acquire(peer));
    const keys = rule.ports.flatMap((port) => ('name' in port ? [] : rangeKeys(port)));
    return { rule, fixed, selections, keys: [...new Set(keys)] };
  }

  #replace(key: string, old: CompiledPolicy | undefined, next: CompiledPolicy | null): void {
    this.#sorted = null;
    if (next) this.#policies.set(key, next);
    else this.#policies.delete(key);
    for (const compiled of [old, next]) if (compiled) this.#markSubjects(compiled);
    if (old)
      for (const spec of old.specs)
        for (const rule of spec.rules) for (const s of rule.selections) this.#index.release(s);
  }

  #markSubjects(compiled: CompiledPolicy): void {
    for (const subject of this.#reads.keys()) {
      const labels = this.#index.labelsOf(subject) ?? [];
      if (compiled.specs.some((s) => matches(s.spec.subject.selector, labels))) this.#affected.add(subject);
    }
  }

  #setIdentity(id: number, labels: Labels | null): void {
    for (const selection of this.#index.setIdentity(id, labels))
      for (const subject of selection.users) this.#affected.add(subject);
    if (this.#reads.has(id)) this.#affected.add(id);
  }
}

/** Resolves one subject of a whole world: the same as a resolver that was given it piece by piece. Pure. */
export function resolveWorld(world: World, subject: number): ResolvedClass {
  return resolverOf(world).resolve(subject);
}

/** A resolver that knows a whole world. */
export function resolverOf(world: World): Resolver {
  const resolver = new Resolver(world.mode);
  for (const identity of world.identities) resolver.upsertIdentity(identity);
  for (const policy of world.policies) resolver.upsertPolicy(policy);
  return resolver;
}
