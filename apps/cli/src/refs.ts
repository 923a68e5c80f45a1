import { LineCounter, parseAllDocuments } from 'yaml';
import type { Policy, PolicyRef } from '@sluice/api';
import { CliError, Exit, usageError } from './exit.js';

/** Kinds without a namespace: their scope is `_cluster`. */
const CLUSTER_KINDS = new Set(['ClusterPolicy', 'CiliumClusterwideNetworkPolicy', 'ClusterNetworkPolicy']);
export const CLUSTER_SCOPE = '_cluster';
const DEFAULT_SCOPE = 'default';

const scopeOf = (kind: string, namespace: string | undefined) =>
  CLUSTER_KINDS.has(kind) ? CLUSTER_SCOPE : (namespace ?? DEFAULT_SCOPE);

/** `default/web`, and the bare name for cluster-wide policies. */
export function shortName(ref: PolicyRef): string {
  return ref.scope === CLUSTER_SCOPE ? ref.name : `${ref.scope}/${ref.name}`;
}

/** `Policy default/web` */
export function fullName(ref: PolicyRef | null): string {
  return ref === null ? '?' : `${ref.kind} ${shortName(ref)}`;
}

/** A policy by kind and `SCOPE/NAME`, or `NAME` in the kind's usual scope. Throws CliError (usage). */
export function parseRef(kind: string, text: string): PolicyRef {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || parts.includes('')) throw usageError(`'${text}' is not of the form SCOPE/NAME`);
  return { kind, scope: scopeOf(kind, parts.length === 2 ? parts[0] : undefined), name };
}

/** The policies that `[KIND] [SCOPE/]NAME` can mean. */
export function matchPolicies(
  policies: readonly Policy[],
  kind: string | null,
  text: string,
): readonly Policy[] {
  const parts = text.split('/');
  return policies.filter(({ ref }) => {
    if (ref === null || ref.name !== parts.at(-1)) return false;
    if (kind !== null && ref.kind !== kind) return false;
    return parts.length === 1 || ref.scope === parts[0];
  });
}

/** Exactly one of them. Throws CliError: not found, or ambiguous with the candidates. */
export function onlyPolicy(policies: readonly Policy[], kind: string | null, text: string): Policy {
  const found = matchPolicies(policies, kind, text);
  const [first, ...more] = found;
  if (first === undefined)
    throw new CliError(
      Exit.failed,
      `there is no policy '${kind === null ? text : `${kind} ${text}`}'`,
      'sluice get policies lists them',
    );
  if (more.length > 0)
    throw usageError(
      `'${text}' can mean ${found.map((policy) => fullName(policy.ref)).join(', ')}`,
      'give kind and scope: KIND SCOPE/NAME',
    );
  return first;
}

interface Head {
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}

/** The policies that the documents of a text name, in order. Throws CliError (usage) with file, line and column. */
export function refsOf(text: string, file: string): readonly PolicyRef[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, stringKeys: true });
  const refs: PolicyRef[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    const at = lines.linePos(error?.pos[0] ?? document.range[0]);
    const place = `${file}:${at.line}:${at.col}`;
    if (error !== undefined) throw usageError(`${place} ${error.message.split('\n')[0] ?? ''}`);
    const head = document.toJS() as Head | null;
    if (head === null) continue;
    const { kind, metadata } = head;
    if (typeof kind !== 'string' || typeof metadata?.name !== 'string')
      throw usageError(`${place} this document has no kind or no metadata.name`);
    const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
    refs.push({ kind, scope: scopeOf(kind, namespace), name: metadata.name });
  }
  if (refs.length === 0) throw usageError(`${file} has no documents`);
  return refs;
}
