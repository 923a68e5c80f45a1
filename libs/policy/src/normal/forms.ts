import { compile, type CompiledPolicy } from '../engine/compile.js';
import type { NormalPolicy } from './form.js';
import { normalise } from './normalise.js';
import type { ServiceInput, StoredPolicy } from '../types.js';

interface Known {
  readonly stored: StoredPolicy;
  readonly policy: NormalPolicy;
}

/**
 * The internal forms of policies, each made once for as long as its document lives: whoever asks many questions keeps one of
 * these.
 */
export class PolicyForms {
  readonly #known = new WeakMap<object, Known>();
  readonly #compiled = new WeakMap<NormalPolicy, CompiledPolicy>();

  /** The form of a policy; of one that cannot be compiled the form that only isolates. */
  of(stored: StoredPolicy): NormalPolicy {
    const { document } = stored;
    if (typeof document !== 'object' || document === null) return normalise(stored).policy;
    const known = this.#known.get(document);
    if (known && sameName(known.stored, stored)) return known.policy;
    const { policy } = normalise(stored);
    this.#known.set(document, { stored, policy });
    return policy;
  }

  /** What of a policy does not depend on the question; made anew only where it speaks of services. */
  compiled(policy: NormalPolicy, services: readonly ServiceInput[]): CompiledPolicy {
    const known = this.#compiled.get(policy);
    if (known && !known.readsServices) return known;
    const made = compile(policy, services);
    this.#compiled.set(policy, made);
    return made;
  }

  /** Whether the form is there already, so that `of` costs nothing. */
  has({ document }: StoredPolicy): boolean {
    return typeof document === 'object' && document !== null && this.#known.has(document);
  }
}

const sameName = (a: StoredPolicy, b: StoredPolicy): boolean =>
  a.revision === b.revision &&
  a.uid === b.uid &&
  a.name === b.name &&
  a.scope === b.scope &&
  a.kind === b.kind;
