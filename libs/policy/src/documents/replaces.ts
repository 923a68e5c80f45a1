import type { PolicyRef } from '../types.js';
import type { Path, Report } from './issue.js';
import { isMapping } from './schema.js';

/** The annotation that says the same as `spec.replaces`, for dialects that have no such field. */
export const REPLACES_ANNOTATION = 'sluice.dev/replaces';
const ENFORCEMENT_ANNOTATION = 'sluice.dev/enforcement';

const NAMESPACED = ['Policy', 'CiliumNetworkPolicy', 'NetworkPolicy'];
const CLUSTER = ['ClusterPolicy', 'CiliumClusterwideNetworkPolicy', 'ClusterNetworkPolicy'];
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

const textAt = (value: unknown, key: string): string | null => {
  const found = isMapping(value) ? value[key] : null;
  return typeof found === 'string' ? found : null;
};

/** `enforcement: audit`, in the spec of native kinds or as an annotation of any; whatever else is written is enforced. */
export function isStaged(document: unknown): boolean {
  if (!isMapping(document)) return false;
  const { metadata, spec, apiVersion } = document;
  if (apiVersion === 'sluice.dev/v1' && textAt(spec, 'enforcement') === 'audit') return true;
  return isMapping(metadata) && textAt(metadata['annotations'], ENFORCEMENT_ANNOTATION) === 'audit';
}

interface Written {
  readonly path: Path;
  readonly value: string;
}

/** What a document says it replaces, as it is written there. The field of native kinds goes before the annotation. */
function written(document: unknown): Written | null {
  if (!isMapping(document)) return null;
  const { metadata, spec, apiVersion } = document;
  const field = apiVersion === 'sluice.dev/v1' ? textAt(spec, 'replaces') : null;
  if (field !== null) return { path: ['spec', 'replaces'], value: field };
  const value = isMapping(metadata) ? textAt(metadata['annotations'], REPLACES_ANNOTATION) : null;
  return value === null ? null : { path: ['metadata', 'annotations', REPLACES_ANNOTATION], value };
}

function parse(value: string, own: PolicyRef): PolicyRef {
  const slash = value.indexOf('/');
  const kind = slash < 0 ? own.kind : value.slice(0, slash);
  return { kind, scope: own.scope, name: value.slice(slash + 1) };
}

/**
 * The policy that a staged one stands in for: `NAME`, or `KIND/NAME` of another kind, in the namespace of the document (both
 * cluster-wide where it is). In the staged verdicts that policy does not count. Null where the document is enforced, or replaces none.
 */
export function replacedBy(document: unknown, own: PolicyRef): PolicyRef | null {
  const found = isStaged(document) ? written(document) : null;
  return found && parse(found.value, own);
}

/** Reports what is wrong with what a document replaces. */
export function checkReplaces(document: unknown, own: PolicyRef, report: Report): void {
  const found = written(document);
  if (!found) return;
  const { path, value } = found;
  const kinds = CLUSTER.includes(own.kind) ? CLUSTER : NAMESPACED;
  const hint = `NAME, or KIND/NAME with one of ${kinds.join(', ')}`;
  const { kind, name } = parse(value, own);
  if (!isStaged(document))
    report(path, 'only a staged policy replaces another', 'set enforcement: audit beside it');
  else if (!kinds.includes(kind))
    report(path, `${JSON.stringify(kind.slice(0, 80))} is no kind that a ${own.kind} can replace`, hint);
  else if (name.length > 253 || !NAME.test(name))
    report(path, `${JSON.stringify(name.slice(0, 80))} is no name of a policy`, hint);
  else if (kind === own.kind && name === own.name) report(path, 'a policy cannot replace itself', hint);
}
