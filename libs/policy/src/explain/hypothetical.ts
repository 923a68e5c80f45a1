import {
  CLUSTER_LABEL,
  derivedLabels,
  isDerivedKey,
  IDENTITY,
  LabelError,
  makeLabels,
  NAMESPACE_LABEL,
  NAMESPACE_LABELS_PREFIX,
  parseLabel,
  type Label,
  type Labels,
} from '@sluice/labels';
import type { IdentityInput } from '../types.js';
import { ConnectionError } from './connection.js';

/** Whether the name of a party is a set of labels: `k8s:app=web,k8s:tier=front`. */
export const isLabelSet = (text: string): boolean => text.includes('=');

/** How a namespace's workloads get their derived labels. */
export interface Surroundings {
  readonly identities: readonly IdentityInput[];
  /** Labels that derive from the namespace and are known; null: those that its workloads have count. */
  readonly derived: (namespace: string) => Labels | null;
}

/** Derived labels of the workloads that a namespace has already, without what is a workload's own. */
function asOthersHave(namespace: string, identities: readonly IdentityInput[]): Labels | null {
  const other = identities.find(({ labels }) =>
    labels.some((l) => l.source === 'k8s' && l.key === NAMESPACE_LABEL && l.value === namespace),
  );
  const shared = (key: string) =>
    key === NAMESPACE_LABEL || key === CLUSTER_LABEL || key.startsWith(NAMESPACE_LABELS_PREFIX);
  return other ? other.labels.filter((l) => l.source === 'k8s' && shared(l.key)) : null;
}

/**
 * The identity of a workload that need not exist: its labels as written, `namespace` unless a label says it, and what derives from
 * the namespace. One that exists with the same labels is it. Throws ConnectionError.
 */
export function hypothetical(text: string, namespace: string, around: Surroundings): IdentityInput {
  try {
    const own = makeLabels(text.split(',').map((part) => parseLabel(part.trim(), 'k8s')));
    const reserved = own.find((l) => l.source === 'reserved' || l.source === 'cidr');
    if (reserved)
      throw new ConnectionError(
        `labels of source ${reserved.source} are Sluice's: name the entity or an address`,
      );
    const said = own.find((l) => l.source === 'k8s' && l.key === NAMESPACE_LABEL)?.value ?? namespace;
    const derived =
      around.derived(said) ??
      asOthersHave(said, around.identities) ??
      derivedLabels({ namespace: said });
    const written = new Set(own.map((l) => l.key));
    const labels = makeLabels([...own, ...derived.filter((l) => !(isDerivedKey(l.key) && written.has(l.key)))]);
    const known = around.identities.find((i) => sameLabels(i.labels, labels));
    return known ?? { id: freeNumber(around.identities), labels };
  } catch (error) {
    if (error instanceof LabelError) throw new ConnectionError(`${JSON.stringify(text)}: ${error.message}`);
    throw error;
  }
} // prettier-ignore

/** Sets are sorted. */
function sameLabels(a: Labels, b: Labels): boolean {
  const same = (l: Label, m: Label | undefined) =>
    l.value === m?.value && l.key === m.key && l.source === m.source;
  return a.length === b.length && a.every((l, i) => same(l, b[i]));
}

/** A number that no identity has; the two ends of a question never share one. */
function freeNumber(identities: readonly IdentityInput[]): number {
  const taken = new Set(identities.map((i) => i.id));
  for (let id = IDENTITY.CLUSTER_MAX; id >= IDENTITY.CLUSTER_MIN; id--) if (!taken.has(id)) return id;
  throw new ConnectionError('every number of an identity is taken');
}
