import { isDerivedKey, NAMESPACE_LABEL, parseSelectorKey } from '@sluice/labels';
import type { PolicyRef } from '../types.js';
import type { Path, Report } from './issue.js';
import { describe } from './issue.js';
import { isMapping, list, object, text, texts, type Check, type Mapping } from './schema.js';
import { spec } from './rule.js';
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
}

const KINDS: readonly Kind[] = [
  { apiVersion: 'sluice.dev/v1', kind: 'Policy', namespaced: true, cilium: false },
  { apiVersion: 'sluice.dev/v1', kind: 'ClusterPolicy', namespaced: false, cilium: false },
  { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', namespaced: true, cilium: true },
  { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', namespaced: false, cilium: true },
];
const LATER = [
  'networking.k8s.io/v1 NetworkPolicy',
  'policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy',
];

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

const annotations: Check = (value, path, report) => {
  texts()(value, path, report);
  if (
    isMapping(value) &&
    typeof value['sluice.dev/enforcement'] === 'string' &&
    value['sluice.dev/enforcement'] !== 'enforce'
  )
    report([...path, 'sluice.dev/enforcement'], 'staged policies are not supported by this version', null);
};

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
  const both = `${String(apiVersion)} ${String(kind)}`;
  if (LATER.includes(both)) report(['kind'], `${both} is not supported by this version`);
  else if (KINDS.some((k) => k.kind === kind)) {
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
}

/** Checks a whole document and reports every mistake. Null where it has any. */
export function checkDocument(value: unknown, outer: Report): ValidDocument | null {
  let sound = true;
  const report: Report = (...args) => {
    sound = false;
    outer(...args);
  };
  if (!isMapping(value)) {
    report([], `a document must be a mapping, not ${describe(value)}`);
    return null;
  }
  const kind = findKind(value, report);
  if (!kind) return null;
  object({
    fields: {
      apiVersion: text(),
      kind: text(),
      metadata: metadata(kind),
      spec,
      ...(kind.cilium ? { specs: list(spec, 1000) } : {}),
    },
    required: ['metadata', ...(kind.cilium ? [] : ['spec'])],
    ignored: kind.cilium ? ['status'] : [],
  })(value, [], report);
  const { spec: one, specs: many } = value;
  if (kind.cilium && !isMapping(one) && !(Array.isArray(many) && many.length > 0))
    report([], 'spec or specs is missing');
  const scope = scopeOf(kind, value);
  if (kind.namespaced) {
    if (isMapping(one)) confinedSubject(one, scope, ['spec'], report);
    if (Array.isArray(many))
      many.forEach((s, i) => isMapping(s) && confinedSubject(s, scope, ['specs', i], report));
  }
  if (!sound) return null;
  const document = value as unknown as PolicyDocument;
  return { kind: kind.kind, scope, name: document.metadata.name, document };
}

function scopeOf(kind: Kind, value: Mapping): string {
  if (!kind.namespaced) return CLUSTER_SCOPE;
  const own = isMapping(value['metadata']) ? value['metadata']['namespace'] : null;
  return typeof own === 'string' ? own : 'default';
}
