import { normalise, type PolicyRef } from '@sluice/policy';
import { MAX_DOCUMENT_BYTES } from '../policies/limits.js';
import { isTiered } from '../policies/tiers.js';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LISTS = ['ingress', 'egress', 'rules'] as const;

const formOf = ({ kind, scope, name }: PolicyRef, document: unknown) =>
  normalise({ kind, scope, name, uid: '', revision: 0, document });

/**
 * The document with a field that no rule has in those rules that a path names, or in all where none names a rule: nodes take no accept of
 * such a rule, and its deny or pass as a deny of everybody. Only tiers judge rule by rule; a refused policy of the normal tier has none.
 */
export function spoiled(document: unknown, paths: readonly string[], why: string): unknown {
  if (!isTiered(document) || !isObject(document) || !isObject(document['spec'])) return document;
  const { spec } = document;
  const named = paths.some((path) => LISTS.some((list) => path.startsWith(`$.spec.${list}[`)));
  const meant = (place: string) =>
    !named || paths.some((path) => path === place || path.startsWith(`${place}.`));
  const lists = LISTS.flatMap((list) => {
    const rules = spec[list];
    if (!Array.isArray(rules)) return [];
    const spoil = (rule: unknown, i: number): unknown =>
      isObject(rule) && meant(`$.spec.${list}[${i}]`) ? { ...rule, refused: why } : rule;
    return [[list, (rules as unknown[]).map(spoil)] as const];
  });
  return { ...document, spec: { ...spec, ...Object.fromEntries(lists) } };
}

/**
 * A refused document as it is stored: nodes must refuse it too, so that they isolate its subject. `paths` are the places of what is
 * refused in a document that is sound as such. Null where the subject cannot be read, or where the document is too large to be stored.
 */
export function shutForm(
  ref: PolicyRef,
  value: unknown,
  why: string,
  paths: readonly string[] = [],
): unknown {
  const sound = formOf(ref, value).errors.length === 0 && isObject(value);
  // What is sound, but not supported or ambiguous, is made unsound by a field that no document has.
  const document = sound ? { ...(spoiled(value, paths, why) as Json), refused: why } : value;
  const { policy, errors } = formOf(ref, document);
  if (errors.length === 0 || policy.specs.length === 0) return null;
  return Buffer.byteLength(JSON.stringify(document)) > MAX_DOCUMENT_BYTES ? null : document;
}
