import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { pathText, type Path } from '../documents/issue.js';
import { LIMITS } from '../documents/parse.js';
import { checkPolicyTest } from './check.js';
import type { FileError, PolicyTest, PolicyTestDocument } from './types.js';

type Parsed = Document.Parsed;

/** The offset of the node at a path, or of its nearest parent. */
function offsetOf(document: Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range[0] ?? document.range[0];
}

function placer(file: string, index: number, document: Parsed, lines: LineCounter) {
  return (path: Path, message: string, hint: string | null = null): FileError => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { file, document: index, path: pathText(path), line, column: col, message, hint };
  };
}

function problem(file: string, message: string): FileError {
  return { file, document: 0, path: '$', line: 1, column: 1, message, hint: null };
}

/**
 * Reads a file of PolicyTests, YAML or JSON, one or many. Never throws: what is wrong is told, all of a file at once, each with its
 * place.
 */
export function readPolicyTests(
  text: string,
  file: string,
): { readonly tests: readonly PolicyTest[]; readonly errors: readonly FileError[] } {
  if (text.length > LIMITS.text)
    return { tests: [], errors: [problem(file, `the text is longer than ${LIMITS.text} bytes`)] };
  const lines = new LineCounter();
  const options = { version: '1.2', lineCounter: lines, prettyErrors: false, logLevel: 'error' } as const;
  const parsed = parseAllDocuments(text, options);
  const documents = (Array.isArray(parsed) ? parsed : []) as Parsed[];
  const tests: PolicyTest[] = [];
  const errors: FileError[] = [];
  documents.forEach((document, index) => {
    const at = placer(file, index, document, lines);
    const before = errors.length;
    for (const error of [...document.errors, ...document.warnings]) {
      const { line, col } = lines.linePos(error.pos[0]);
      errors.push({ ...at([], error.message.split('\n')[0] ?? error.code), line, column: col });
    }
    if (errors.length > before || document.contents === null) return;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: LIMITS.aliases });
    } catch (error) {
      errors.push(at([], `the document cannot be read: ${(error as Error).message}`));
      return;
    }
    checkPolicyTest(value, [], (path, message, hint = null) => void errors.push(at(path, message, hint)));
    if (errors.length === before) tests.push({ file, document: value as PolicyTestDocument, at });
  });
  if (tests.length === 0 && errors.length === 0)
    errors.push(problem(file, 'there is no PolicyTest in the file'));
  return { tests, errors };
}

/** The policy files that a test names, as it names them. */
export function policyFilesOf(test: PolicyTest): string[] {
  return (test.document.spec.policies ?? []).filter((p) => typeof p === 'string');
}
