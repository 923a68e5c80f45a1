import type { NormalPolicy } from '../normal/form.js';
import { normalise } from '../normal/normalise.js';
import type { StoredPolicy } from '../types.js';

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
