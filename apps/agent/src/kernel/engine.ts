import { cidrLabels, type Labels, parsePrefix } from '@sluice/labels';
import {
  cidrPrefixesOf,
  diff,
  type EnforcementMode,
  type IdentityInput,
  type MapDelta,
  type PolicyRef,
  type ResolvedClass,
  Resolver,
  type StoredPolicy,
} from '@sluice/policy';

/** A policy that could not be compiled, and what is in force instead. */
export interface PolicyProblem {
  readonly policy: string;
  readonly message: string;
}

const nameOf = (policy: PolicyRef): string => `${policy.kind} ${policy.scope}/${policy.name}`;

/**
 * The policy library behind whole inputs: what is given is compared with what was given before, and only the difference
 * reaches the resolver. Values are compared by reference, so an unchanged object costs nothing.
 */
export class PolicyEngine {
  private readonly resolver = new Resolver();
  private policies = new Map<string, StoredPolicy>();
  private readonly problems = new Map<string, PolicyProblem>();
  private identities = new Map<number, Labels>();
  private readonly named = new WeakMap<StoredPolicy, readonly string[]>();

  /** Sets mode and policies; returns those that are not in force as written. */
  setPolicies(mode: EnforcementMode, policies: ReadonlyMap<string, StoredPolicy>): readonly PolicyProblem[] {
    this.resolver.setMode(mode);
    for (const [key, policy] of this.policies) {
      if (policies.has(key)) continue;
      this.resolver.deletePolicy(policy);
      this.problems.delete(key);
    }
    for (const [key, policy] of policies) if (this.policies.get(key) !== policy) this.upsert(key, policy);
    this.policies = new Map(policies);
    return [...this.problems.values()];
  }

  private upsert(key: string, policy: StoredPolicy): void {
    const { state, errors } = this.resolver.upsertPolicy(policy);
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

  /** Prefixes that policies name which are not in force yet. */
  namedBy(policies: Iterable<StoredPolicy>): string[] {
    return [...policies].flatMap((policy) => {
      let named = this.named.get(policy);
      if (!named) this.named.set(policy, (named = cidrPrefixesOf([policy])));
      return named;
    });
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

  /** Subjects that may have changed since they were last resolved. A second call returns only later ones. */
  affected(): ReadonlySet<number> {
    return this.resolver.affected();
  }

  /** All that the map of one class must hold. */
  resolve(identity: number): ResolvedClass {
    return this.resolver.resolve(identity);
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
