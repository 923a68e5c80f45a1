import { normalise, overlappingNetworks, type DocumentError, type PolicyRef } from '@sluice/policy';
import { keyOf } from '../policies/plan.js';
import type { Content, Mistake, Refused } from './read.js';
import { shutForm, spoiled } from './shut.js';

/**
 * Refuses documents whose networks overlap the cluster's own addresses, as an apply does. What is refused already for something else
 * loses such rules too. Pure.
 */
export function withoutOverlaps(content: Content, cluster: readonly string[]): Content {
  const overlaps = ({ kind, scope, name }: PolicyRef, document: unknown): readonly DocumentError[] => {
    if (kind !== 'ClusterNetworkPolicy') return [];
    const { policy } = normalise({ kind, scope, name, uid: '', revision: 0, document });
    return overlappingNetworks(policy, cluster);
  };
  const refused: Refused[] = [];
  const mistakes: Mistake[] = [];
  const accepted = content.accepted.filter(({ ref, document, file, line }) => {
    const errors = overlaps(ref, document);
    const [first] = errors;
    if (first === undefined) return true;
    const why = first.message;
    refused.push({
      ref,
      why,
      shut: shutForm(
        ref,
        document,
        why,
        errors.map(({ path }) => path),
      ),
    });
    for (const { path, message } of errors) mistakes.push({ file, line, path, message, key: keyOf(ref) });
    return false;
  });
  const shut = content.refused.map((one) => {
    const paths = overlaps(one.ref, one.shut).map(({ path }) => path);
    return paths.length === 0 ? one : { ...one, shut: spoiled(one.shut, paths, one.why) };
  });
  if (mistakes.length === 0) return { ...content, refused: shut };
  return {
    ...content,
    accepted,
    refused: [...shut, ...refused],
    mistakes: [...content.mistakes, ...mistakes],
  };
}
