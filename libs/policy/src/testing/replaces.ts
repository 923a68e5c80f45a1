import { isStaged, REPLACES_ANNOTATION } from '../documents/replaces.js';
import type { PolicyRef, StoredPolicy } from '../types.js';
import type { Random } from './random.js';

interface Loose {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: object;
}

function replacing(r: Random, policy: StoredPolicy, other: PolicyRef): StoredPolicy {
  const document = policy.document as Loose;
  const name = other.kind === policy.kind && r.chance(0.5) ? other.name : `${other.kind}/${other.name}`;
  if (policy.kind === 'Policy' || policy.kind === 'ClusterPolicy')
    return { ...policy, document: { ...document, spec: { ...document.spec, replaces: name } } };
  const annotations = { ...document.metadata.annotations, [REPLACES_ANNOTATION]: name };
  return { ...policy, document: { ...document, metadata: { ...document.metadata, annotations } } };
}

/** A staged policy mostly stands in for one of the others of its scope; an enforced one stays as it is. */
export function maybeReplacing(r: Random, policy: StoredPolicy, all: readonly StoredPolicy[]): StoredPolicy {
  if (!isStaged(policy.document)) return policy;
  const others = all.filter(
    (p) => p.scope === policy.scope && !(p.kind === policy.kind && p.name === policy.name),
  );
  return others.length > 0 && r.chance(0.7) ? replacing(r, policy, r.pick(others)) : policy;
}
