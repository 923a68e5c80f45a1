import { CLUSTER_SCOPE, type ValidDocument } from '../documents/document.js';
import { isStaged, replacedBy, REPLACES_ANNOTATION } from '../documents/replaces.js';
import { validateDocument } from '../documents/parse.js';
import type {
  CiliumSchemaDocument,
  MetadataDocument,
  PolicyDocument,
  SpecDocument,
} from '../documents/types.js';
import type { PolicyRef } from '../types.js';
import { clusterNetworkPolicySpec } from './clusternetworkpolicy.js';
import { networkPolicySpec } from './networkpolicy.js';
import { UnsayableError, type Conversion, type Unsayable } from './types.js';

const API_VERSION = 'sluice.dev/v1';
const ONE_EACH = 'write one spec for each policy';
const ENFORCEMENT_ANNOTATION = 'sluice.dev/enforcement';

type Native = 'Policy' | 'ClusterPolicy';
const nativeKind = ({ scope }: PolicyRef): Native => (scope === CLUSTER_SCOPE ? 'ClusterPolicy' : 'Policy');

/** Labels and annotations stay; what a server added, and what the spec says instead, goes. */
function metadataOf(
  { name, namespace, labels, annotations }: MetadataDocument,
  own: string,
): MetadataDocument {
  const said = [ENFORCEMENT_ANNOTATION, REPLACES_ANNOTATION];
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !said.includes(key));
  return {
    name: own === '' ? name : own,
    ...(namespace ? { namespace } : {}),
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
  };
}

function specsOf(document: PolicyDocument, scope: string): readonly SpecDocument[] {
  if (document.kind === 'NetworkPolicy') return [networkPolicySpec(document, scope)];
  if (document.kind === 'ClusterNetworkPolicy') return [clusterNetworkPolicySpec(document)];
  return [...(document.spec ? [document.spec] : []), ...(document.specs ?? [])];
}

/** A document that is converted with another one. */
export type Beside = PolicyRef & { readonly document: unknown };

const countSpecs = (document: unknown): number => {
  const { spec, specs } = document as { spec?: unknown; specs?: unknown };
  return (spec ? 1 : 0) + (Array.isArray(specs) ? specs.length : 0);
};

/** How the policy that a staged one replaces is called once those of `together` are native. */
function replacesOf(replaced: PolicyRef, together: readonly Beside[], own: Native): string {
  const beside = together.find(
    (r) => r.kind === replaced.kind && r.scope === replaced.scope && r.name === replaced.name,
  );
  if (beside && countSpecs(beside.document) > 1)
    throw new UnsayableError([], `${replaced.kind}/${replaced.name}, which it replaces, becomes several policies`, ONE_EACH); // prettier-ignore
  const kind = beside ? nativeKind(replaced) : replaced.kind;
  return kind === own ? replaced.name : `${kind}/${replaced.name}`;
}

function warningsOf({ kind, name, document }: ValidDocument): string[] {
  if (document.kind !== 'ClusterNetworkPolicy') return [];
  const { tier, priority } = document.spec;
  return [
    `${kind} ${name}: among policies of tier ${tier} and priority ${priority} the kind decides who comes first; as ClusterPolicy it comes after those that are still ClusterNetworkPolicy`,
  ];
}

function convert(valid: ValidDocument, together: readonly Beside[]): readonly CiliumSchemaDocument[] {
  const { document } = valid;
  const kind = nativeKind(valid);
  const staged = isStaged(document) ? { enforcement: 'audit' as const } : {};
  const replaced = replacedBy(document, valid);
  const replaces = replaced ? { replaces: replacesOf(replaced, together, kind) } : {};
  const specs = specsOf(document, valid.scope);
  if (replaced && specs.length > 1)
    throw new UnsayableError(
      ['specs'],
      'one policy is replaced by several',
      'write one spec for each policy',
    );
  return specs.map((spec, i) => ({
    apiVersion: API_VERSION,
    kind,
    metadata: metadataOf(document.metadata, specs.length > 1 ? `${valid.name}-${i + 1}` : ''),
    spec: { ...spec, ...staged, ...replaces },
  }));
}

/** What came out must be sound; where it is not, the native language has a rule that the dialect has not. */
function problemsOf(documents: readonly CiliumSchemaDocument[]): Unsayable[] {
  return documents.flatMap((document) =>
    validateDocument(document).errors.map(({ path, message, hint }) => ({
      path: [],
      message: `as ${document.kind}, ${path}: ${message}`,
      hint,
    })),
  );
}

/**
 * The same policy in the native language, or why that cannot say it: nothing is left out, and nothing meant differently. A document with
 * several specs becomes several, numbered from 1. `together` are the documents that are converted with it. Native ones stay. Pure.
 */
export function toNative(valid: ValidDocument, together: readonly Beside[] = []): Conversion {
  const { document } = valid;
  const warnings = warningsOf(valid);
  if (document.apiVersion === API_VERSION) return { documents: [document], warnings: [], refused: null };
  try {
    const documents = convert(valid, together);
    const refused = problemsOf(documents);
    return refused.length > 0
      ? { documents: null, warnings, refused }
      : { documents, warnings, refused: null };
  } catch (error) {
    if (!(error instanceof UnsayableError)) throw error;
    const { path, message, hint } = error;
    return { documents: null, warnings, refused: [{ path, message, hint }] };
  }
}
