import { hashLabels, type Labels } from '@sluice/labels';

/** Why a claim is refused; null where it may have a number. */
export function claimProblem(hash: string, labels: Labels): string | null {
  if (labels.length === 0) return 'a claim names at least one label';
  const foreign = labels.find((label) => label.source === 'reserved' || label.source === 'cidr');
  // Those identities have numbers of their own: with one of them a node could speak for the world or for a host.
  if (foreign) return `labels of source ${foreign.source} cannot be claimed`;
  const right = hashLabels(labels);
  return right === hash ? null : `the key says ${hash}, but the labels hash to ${right}`;
}
