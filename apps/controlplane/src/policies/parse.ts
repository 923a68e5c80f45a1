import type { ProblemInput } from '@sluice/api';
import { parseDocuments, type DocumentError } from '@sluice/policy';
import type { Wanted } from './plan.js';

/** A text as policies, each valid, or as problems with their place; never throws. */
export function parsePolicies(
  text: string,
  file: string,
): { readonly policies: Wanted[]; readonly problems: ProblemInput[] } {
  const { documents, errors } = parseDocuments(text, file);
  const policies = documents.map(({ kind, scope, name, document, index }): Wanted => {
    // What is stored is JSON: compared in the same form, a document that was applied before is found unchanged.
    return { ref: { kind, scope, name }, document: JSON.parse(JSON.stringify(document)) as unknown, index };
  });
  return { policies, problems: errors.map((error) => problemOf(error, file)) };
}

function problemOf(
  { document, path, line, column, message, hint }: DocumentError,
  file: string,
): ProblemInput {
  return { document, path, line: line ?? 0, column: column ?? 0, message, hint: hint ?? '', file };
}
