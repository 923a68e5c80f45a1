import type { Label, Revision } from '@sluice/api';

/** `k8s:app=web`; a label without a value ends after its key. */
export function formatLabel(label: Label): string {
  return `${label.source}:${label.key}${label.value === '' ? '' : `=${label.value}`}`;
}

/** Labels in order, a blank between two. */
export function formatLabels(labels: readonly Label[]): string {
  return labels.map(formatLabel).sort().join(' ');
}

/** `generation:revision`; `-` where there is none. */
export function formatRevision(revision: Revision | null): string {
  return revision === null || revision.revision === 0 ? '-' : `${revision.generation}:${revision.revision}`;
}
