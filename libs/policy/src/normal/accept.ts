import { parseDocuments as readDocuments, type ParsedDocument, type ParsedText } from '../documents/parse.js';
import type { DocumentError } from '../types.js';
import { normalise } from './normalise.js';
import { unsupported } from './unsupported.js';

function refusals({ kind, scope, name, document, index, line }: ParsedDocument): DocumentError[] {
  const { policy } = normalise({ kind, scope, name, uid: '', revision: 0, document });
  return unsupported(policy).map((e) => ({ ...e, document: index, line, column: 1 }));
}

/**
 * Reads a file of YAML 1.2 or JSON documents that are to be applied: what is no sound document is an error, and so is what nodes
 * would enforce only by half. Never throws; every mistake of the file is told at once, with its place.
 */
export function parseDocuments(text: string, file = ''): ParsedText {
  const read = readDocuments(text, file);
  const refused = read.documents.map((d) => ({ document: d, errors: refusals(d) }));
  return {
    file,
    documents: refused.filter((r) => r.errors.length === 0).map((r) => r.document),
    errors: [...read.errors, ...refused.flatMap((r) => r.errors)],
  };
}
