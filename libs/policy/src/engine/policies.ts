import type { Labels } from '@sluice/labels';
import type { PolicyRef } from '../types.js';
import { prefixesOf, type CompiledPolicy, type CompiledSpec } from './compile.js';
import { SelectorTable } from './selectortable.js';

/** Equal references and only those have equal keys. */
export function refKey(ref: PolicyRef): string {
  return `${ref.kind}\n${ref.scope}\n${ref.name}`;
}

/** All policies, compiled, by whom they select. */
export class Policies {
  readonly #policies = new Map<string, CompiledPolicy>();
  readonly #workloads = new SelectorTable<CompiledSpec>();
  readonly #hosts = new Set<CompiledSpec>();
  /** How many staged policies replace each. */
  readonly #replaced = new Map<string, number>();

  has(ref: PolicyRef): boolean {
    return this.#policies.has(refKey(ref));
  }

  all(): Iterable<CompiledPolicy> {
    return this.#policies.values();
  }

  /** Whether a staged policy stands in for this one, so that it does not count in staged verdicts. */
  isReplaced({ policy }: CompiledSpec): boolean {
    return this.#replaced.has(refKey(policy.ref));
  }

  /** The specs of a policy whose place another one takes or gives back. */
  #count({ policy }: CompiledPolicy, by: 1 | -1): readonly CompiledSpec[] {
    if (!policy.replaces) return [];
    const key = refKey(policy.replaces);
    const count = (this.#replaced.get(key) ?? 0) + by;
    if (count > 0) this.#replaced.set(key, count);
    else this.#replaced.delete(key);
    return this.#policies.get(key)?.specs ?? [];
  }

  /** Sets a policy or, with null, forgets it. Returns the specs whose part changes: its own, old and new, and those that it replaces. */
  set(ref: PolicyRef, next: CompiledPolicy | null): readonly CompiledSpec[] {
    const key = refKey(ref);
    const old = this.#policies.get(key);
    if (next) this.#policies.set(key, next);
    else this.#policies.delete(key);
    for (const spec of old?.specs ?? []) {
      if (spec.spec.subject.type === 'nodes') this.#hosts.delete(spec);
      else this.#workloads.delete(spec.spec.subject.selector, spec);
    }
    for (const spec of next?.specs ?? []) {
      if (spec.spec.subject.type === 'nodes') this.#hosts.add(spec);
      else this.#workloads.add(spec.spec.subject.selector, spec);
    }
    const others = [...(old ? this.#count(old, -1) : []), ...(next ? this.#count(next, 1) : [])];
    return [...(old?.specs ?? []), ...(next?.specs ?? []), ...others];
  }

  /** Those that select a workload with these labels, each once. */
  ofWorkload(labels: Labels): CompiledSpec[] {
    const candidates = new Set(this.#workloads.candidates(labels));
    return [...candidates].filter((spec) => spec.meets(labels));
  }

  /** Those that select a node with these labels. */
  ofNode(labels: Labels): CompiledSpec[] {
    return [...this.#hosts].filter((spec) => spec.meets(labels));
  }

  /** What a policy needs beside identities: prefixes, and whether services say which. Null where it is not known. */
  needs(ref: PolicyRef): { readonly prefixes: readonly string[]; readonly services: boolean } | null {
    const policy = this.#policies.get(refKey(ref));
    return policy ? { prefixes: prefixesOf(policy), services: policy.readsServices } : null;
  }

  /** Every prefix that needs a CIDR identity, unsorted. */
  prefixes(): Set<string> {
    return new Set([...this.#policies.values()].flatMap(prefixesOf));
  }
}
