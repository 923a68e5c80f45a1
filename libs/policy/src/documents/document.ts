import { isDerivedKey, NAMESPACE_LABEL, parseSelectorKey } from '@sluice/labels';
import type { PolicyRef } from '../types.js';
import { describe, type Issue, type Path, type Report } from './issue.js';
import { anything, isMapping, list, object, text, texts, then, type Check, type Mapping } from './schema.js';
import { checkReplaces } from './replaces.js';
import { specOf } from './rule.js';
import { clusterNetworkPolicySpec, networkPolicySpec } from './kubernetes.js';
import { suggest } from './suggest.js';
import type { PolicyDocument } from './types.js';

/** The scope of cluster-wide kinds. */
export const CLUSTER_SCOPE = '_cluster';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Cilium's kinds may have `specs`, and a status that a server wrote. */
  readonly cilium: boolean;
  readonly spec: Check;
}

const native = (namespaced: boolean) => specOf({ native: true, namespaced });
const cilium = (namespaced: boolean) => specOf({ native: false, namespaced });
const K8S = 'policy.networking.k8s.io/v1alpha2';

const KINDS: readonly Kind[] = [
  { apiVersion: 'sluice.dev/v1', kind: 'Policy', namespaced: true, cilium: false, spec: native(true) },
  { apiVersion: 'sluice.dev/v1', kind: 'ClusterPolicy', namespaced: false, cilium: false, spec: native(false) },
  { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', namespaced: true, cilium: true, spec: cilium(true) },
  { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', namespaced: false, cilium: true, spec: cilium(false) },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespaced: true, cilium: false, spec: networkPolicySpec },
  { apiVersion: K8S, kind: 'ClusterNetworkPolicy', namespaced: false, cilium: false, spec: clusterNetworkPolicySpec },
]; // prettier-ignore

/** What a Kubernetes server adds to metadata; it says nothing about policy. */
const SERVER_METADATA = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
  'ownerReferences',
  'finalizers',
  'generateName',
];

const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const name = text(
  (v) => (v.length <= 253 && DNS_NAME.test(v) ? null : `${JSON.stringify(v.slice(0, 80))} is no valid name`),
  'lower-case letters, digits, "-" and ".", at most 253',
);
const namespace = text(
  (v) =>
    v.length <= 63 && DNS_LABEL.test(v) ? null : `${JSON.stringify(v.slice(0, 80))} is no valid namespace`,
  'lower-case letters, digits and "-", at most 63',
);

const annotations: Check = then(texts(), (value, path, report) => {
  const enforcement = (value as Mapping)['sluice.dev/enforcement'];
  if (typeof enforcement === 'string' && enforcement !== 'enforce' && enforcement !== 'audit')
    report(
      [...path, 'sluice.dev/enforcement'],
      `${JSON.stringify(enforcement.slice(0, 80))} is not known`,
      'allowed are enforce, audit',
    );
});

function metadata(kind: Kind): Check {
  return object({
    fields: { name, labels: texts(), annotations, ...(kind.namespaced ? { namespace } : {}) },
    required: ['name'],
    ...(kind.namespaced ? {} : { unsupported: { namespace: `${kind.kind} is cluster-wide` } }),
    ignored: SERVER_METADATA,
  });
}

/** A subject cannot leave its namespace; a label that says otherwise would silently select nothing. */
function confinedSubject(value: Mapping, own: string, path: Path, report: Report): void {
  const subject = isMapping(value['endpointSelector']) ? value['endpointSelector']['matchLabels'] : null;
  if (!isMapping(subject)) return;
  for (const [key, v] of Object.entries(subject)) {
    if (!/^((any|k8s):)?[^:]+$/.test(key)) continue;
    const parsed = parseSelectorKey(key);
    if (isDerivedKey(parsed.key) && parsed.key === NAMESPACE_LABEL && v !== own)
      report(
        [...path, 'endpointSelector', 'matchLabels', key],
        `the subject of a namespaced policy is in its own namespace ${own}`,
        'put the policy into that namespace, or use a cluster-wide kind',
      );
  }
}

function findKind(document: Mapping, report: Report): Kind | null {
  const { apiVersion, kind } = document;
  const missing = ['apiVersion', 'kind'].filter((k) => typeof document[k] !== 'string');
  for (const k of missing)
    report(
      k in document ? [k] : [],
      k in document ? `must be a text, not ${describe(document[k])}` : `${k} is missing`,
    );
  if (missing.length > 0) return null;
  const found = KINDS.find((k) => k.apiVersion === apiVersion && k.kind === kind);
  if (found) return found;
  if (KINDS.some((k) => k.kind === kind)) {
    const right = KINDS.filter((k) => k.kind === kind).map((k) => k.apiVersion);
    report(
      ['apiVersion'],
      `unknown version ${JSON.stringify(apiVersion)} of ${String(kind)}`,
      `use ${right.join(' or ')}`,
    );
  } else {
    const near = suggest(
      String(kind),
      KINDS.map((k) => k.kind),
    );
    report(
      ['kind'],
      `unknown kind ${JSON.stringify(kind)}`,
      near === null ? `allowed are ${KINDS.map((k) => k.kind).join(', ')}` : `did you mean ${near}?`,
    );
  }
  return null;
}

/** What a sound document is: its name in the store and its content. */
export interface ValidDocument extends PolicyRef {
  readonly document: PolicyDocument;
  /** What of it this version cannot serve. Where there is anything, the document must not be enforced as if it were not there. */
  readonly needs: readonly Issue[];
}

function documentOf(kind: Kind): Check {
  return object({
    fields: {
      apiVersion: text(null, null, { const: kind.apiVersion }),
      kind: text(null, null, { const: kind.kind }),
      metadata: metadata(kind),
      spec: kind.spec,
      ...(kind.cilium ? { specs: list(kind.spec, 1000) } : {}),
    },
    required: ['apiVersion', 'kind', 'metadata', ...(kind.cilium ? [] : ['spec'])],
    ignored: kind.apiVersion === 'sluice.dev/v1' ? [] : ['status'],
  });
}

/** Every kind of document, and the declaration of its fields. */
export const DECLARATIONS: readonly (Pick<Kind, 'apiVersion' | 'kind'> & { readonly check: Check })[] =
  KINDS.map((kind) => ({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    check: documentOf(kind),
  }));

/** Checks a whole document and reports every mistake, and what this version does not have. Null where it has any mistake. */
export function checkDocument(value: unknown, outer: Report): ValidDocument | null {
  let sound = true;
  const needs: Issue[] = [];
  const report: Report = (path, message, hint = null, atKey = false, need = null) => {
    if (need === null) sound = false;
    else needs.push({ path, message, hint, atKey, need });
    outer(path, message, hint, atKey, need);
  };
  if (!isMapping(value)) {
    report([], `a document must be a mapping, not ${describe(value)}`);
    return null;
  }
  const kind = findKind(value, report);
  if (!kind) return null;
  DECLARATIONS[KINDS.indexOf(kind)]!.check(value, [], report);
  const { spec: one, specs: many } = value;
  if (kind.cilium && !isMapping(one) && !(Array.isArray(many) && many.length > 0))
    report([], 'spec or specs is missing');
  const scope = scopeOf(kind, value);
  if (kind.namespaced && kind.kind !== 'NetworkPolicy') {
    if (isMapping(one)) confinedSubject(one, scope, ['spec'], report);
    if (Array.isArray(many))
      many.forEach((s, i) => isMapping(s) && confinedSubject(s, scope, ['specs', i], report));
  }
  const own = isMapping(value['metadata']) ? value['metadata']['name'] : null;
  if (typeof own === 'string') checkReplaces(value, { kind: kind.kind, scope, name: own }, report);
  if (!sound) return null;
  const document = value as unknown as PolicyDocument;
  return { kind: kind.kind, scope, name: document.metadata.name, document, needs };
}

/** The documents of a Kubernetes list, each with its path; a value that is no list is the only one. */
function itemsOf(value: unknown): readonly { readonly path: Path; readonly value: unknown }[] | null {
  if (!isMapping(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List')) return null;
  const { apiVersion, kind, items } = value;
  const itemKind = kind === 'List' ? null : String(kind).slice(0, -4);
  const known =
    itemKind === null
      ? apiVersion === 'v1'
      : KINDS.some((k) => k.kind === itemKind && k.apiVersion === apiVersion);
  if (!known || !Array.isArray(items)) return null;
  // Items of a typed list need not say again what they are.
  const whole = (item: unknown) =>
    isMapping(item) && itemKind !== null ? { apiVersion, kind: itemKind, ...item } : item;
  return items.map((item: unknown, i) => ({ path: ['items', i], value: whole(item) }));
}

/** Checks a document or every item of a `List`, and reports every mistake. */
export function checkDocuments(value: unknown, report: Report): ValidDocument[] {
  const items = itemsOf(value);
  if (!items) {
    const one = checkDocument(value, report);
    return one ? [one] : [];
  }
  object({ fields: { apiVersion: text(), kind: text(), items: list(anything) }, ignored: ['metadata'] })(value, [], report); // prettier-ignore
  if (items.length > 10_000) return [];
  return items.flatMap((item) => {
    const one = checkDocument(item.value, (path, ...rest) => report([...item.path, ...path], ...rest));
    return one ? [one] : [];
  });
}

function scopeOf(kind: Kind, value: Mapping): string {
  if (!kind.namespaced) return CLUSTER_SCOPE;
  const own = isMapping(value['metadata']) ? value['metadata']['namespace'] : null;
  return typeof own === 'string' ? own : 'default';
}
