import { makeLabels } from './label.js';
import type { Label, Labels } from './types.js';

/** The namespace of a workload; on Docker and bare hosts its scope. */
export const NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
export const CLUSTER_LABEL = 'io.cilium.k8s.policy.cluster';
export const SERVICE_ACCOUNT_LABEL = 'io.cilium.k8s.policy.serviceaccount';
/** Labels of the namespace stand under this prefix. */
export const NAMESPACE_LABELS_PREFIX = 'io.cilium.k8s.namespace.labels.';

/** Whether a key belongs to the adapters: no workload may set it, and in a selector `any:` on it means `k8s:`. */
export function isDerivedKey(key: string): boolean {
  return (
    key === NAMESPACE_LABEL ||
    key === CLUSTER_LABEL ||
    key === SERVICE_ACCOUNT_LABEL ||
    key.startsWith(NAMESPACE_LABELS_PREFIX)
  );
}

/** A label that a workload must not have, and why. */
export interface WorkloadLabelProblem {
  readonly label: Label;
  readonly message: string;
}

/**
 * Labels that a workload brought itself and that only an adapter or Sluice may set: derived keys under any source, and the
 * sources `reserved` and `cidr`. Empty if all is well. Call it before the derived labels are added.
 */
export function checkWorkloadLabels(labels: Labels): WorkloadLabelProblem[] {
  const problems: WorkloadLabelProblem[] = [];
  for (const label of labels) {
    const name = `${label.source}:${label.key}`;
    if (label.source === 'reserved' || label.source === 'cidr')
      problems.push({ label, message: `label ${name}: the source ${label.source} belongs to Sluice` });
    else if (isDerivedKey(label.key))
      problems.push({
        label,
        message: `label ${name} imitates a label that is derived from where the workload runs`,
      });
  }
  return problems;
}

/** Where a workload runs, as its adapter knows it. */
export interface DerivedFrom {
  readonly namespace: string;
  readonly cluster?: string;
  readonly serviceAccount?: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

/** The derived labels of a workload, to be added to its own. */
export function derivedLabels(from: DerivedFrom): Labels {
  const labels: Label[] = [{ source: 'k8s', key: NAMESPACE_LABEL, value: from.namespace }];
  if (from.cluster !== undefined) labels.push({ source: 'k8s', key: CLUSTER_LABEL, value: from.cluster });
  if (from.serviceAccount !== undefined)
    labels.push({ source: 'k8s', key: SERVICE_ACCOUNT_LABEL, value: from.serviceAccount });
  for (const [key, value] of Object.entries(from.namespaceLabels ?? {}))
    labels.push({ source: 'k8s', key: NAMESPACE_LABELS_PREFIX + key, value });
  return makeLabels(labels);
}
