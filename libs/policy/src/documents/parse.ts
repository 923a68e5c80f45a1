import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Pair,
  type ParsedNode,
} from 'yaml';
import type { DocumentError } from '../types.js';
import { checkDocument, checkDocuments, type ValidDocument } from './document.js';
import { pathText, type Issue, type Path, type Report } from './issue.js';

/** Limits of what is read at all. */
export const LIMITS = Object.freeze({
  /** Bytes of one document. */
  document: 1024 * 1024,
  documents: 1000,
  /** Bytes of one text: all documents together. */
  text: 64 * 1024 * 1024,
  /** How often aliases may be followed before a document counts as a bomb. */
  aliases: 100,
  /** Errors told for one document. */
  errors: 200,
  /** How deep mappings and lists may stand in each other. No valid policy comes near. */
  depth: 64,
});

/** What is done with documents that need what this version does not have: they are refused, or kept with what they need. */
export interface ParseOptions {
  readonly needs?: 'refuse' | 'keep';
}

/** A sound document and where it stands in its text. */
export interface ParsedDocument extends Omit<ValidDocument, 'needs'> {
  /** What of it this version cannot serve, each with its place; only where such documents are kept. */
  readonly needs: readonly DocumentError[];
  /** Position in the text, from 0. */
  readonly index: number;
  /** Line of its first content, from 1. */
  readonly line: number;
}

export interface ParsedText {
  /** The name that the caller gave, for messages. */
  readonly file: string;
  readonly documents: readonly ParsedDocument[];
  /** All mistakes, in the order of the text. If there are any, nothing of the text should be applied. */
  readonly errors: readonly DocumentError[];
}

function problem(
  document: number,
  line: number | null,
  message: string,
  hint: string | null = null,
): DocumentError {
  return { document, path: '$', line, column: line === null ? null : 1, message, hint };
}

/** Characters that no YAML text has (YAML 1.2, c-printable; JSON has escapes for them), halves of characters, and what is none. */
// eslint-disable-next-line no-control-regex
const NO_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|\p{Surrogate}/u;

function checkCharacters(text: string): DocumentError[] {
  const at = text.search(NO_TEXT);
  if (at < 0) return [];
  const before = text.slice(0, at).split('\n');
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return [{ ...problem(0, before.length, `the character U+${code} cannot stand in a text`), column }];
}

/** Sizes are checked before anything is parsed, so a huge text costs one scan. `---` at a line's start is always a boundary. */
function checkSizes(text: string): DocumentError[] {
  if (text.length > LIMITS.text) return [problem(0, 1, `the text is longer than ${LIMITS.text} bytes`)];
  const errors: DocumentError[] = [];
  let index = 0;
  let line = 1;
  let start = 0;
  let depth = 0;
  const flush = (end: number, startLine: number) => {
    const size = end - start > LIMITS.document ? end - start : Buffer.byteLength(text.slice(start, end));
    if (size > LIMITS.document)
      errors.push(
        problem(
          index,
          startLine,
          `the document has ${size} bytes; at most ${LIMITS.document} are allowed`,
          'split it into several policies',
        ),
      );
    if (depth > LIMITS.depth)
      errors.push(problem(index, startLine, `the document is nested deeper than ${LIMITS.depth} levels`));
  };
  let startLine = 1;
  for (let at = 0; at <= text.length;) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    if (at > 0 && text.startsWith('---', at) && /^---(\s|$)/.test(text.slice(at, at + 4))) {
      if (text.slice(start, at).trim() !== '') {
        flush(at, startLine);
        index++;
      }
      start = at;
      startLine = line;
      depth = 0;
    }
    depth = Math.max(depth, nesting(text, at, end));
    at = end + 1;
    line++;
  }
  flush(text.length, startLine);
  if (index >= LIMITS.documents)
    errors.push(problem(index, startLine, `more than ${LIMITS.documents} documents in one text`));
  return errors;
}

/** Opening brackets, dashes and question marks that a line could nest with: an upper bound, cheap to count. */
function nesting(text: string, from: number, to: number): number {
  let open = 0;
  let deepest = 0;
  let compact = 0;
  let atStart = true;
  for (let i = from; i < to; i++) {
    const c = text[i];
    if (atStart && (c === '-' || c === '?' || c === ':') && (text[i + 1] === ' ' || i + 1 === to)) compact++;
    else if (c !== ' ') atStart = false;
    if (c === '[' || c === '{') deepest = Math.max(deepest, ++open);
    else if ((c === ']' || c === '}') && open > 0) open--;
  }
  return Math.max(deepest, compact);
}

type Node = ParsedNode | null;

function keyText(key: unknown): string {
  const value: unknown = isScalar(key) ? key.value : null;
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** The node at a path, or its nearest parent that exists. `atKey`: the key instead of the value. */
function nodeAt(document: Document.Parsed, path: Path, atKey: boolean): Node {
  let node: Node = document.contents;
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = (node.resolve(document) as Node | undefined) ?? null;
    if (isMap<ParsedNode, Node>(node)) {
      const pair: Pair<ParsedNode, Node> | undefined = node.items.find((p) => keyText(p.key) === step);
      if (!pair) return node;
      if (atKey && i === path.length - 1) return pair.key;
      if (!pair.value) return pair.key;
      node = pair.value;
    } else if (isSeq<ParsedNode>(node) && typeof step === 'number') {
      const item: ParsedNode | undefined = node.items[step];
      if (!item) return node;
      node = item;
    } else return node;
  }
  return node;
}

function locate(index: number, document: Document.Parsed, lines: LineCounter, issue: Issue): DocumentError {
  const offset = nodeAt(document, issue.path, issue.atKey)?.range[0] ?? document.range[0];
  const { line, col } = lines.linePos(offset);
  return {
    document: index,
    path: pathText(issue.path),
    line,
    column: col,
    message: issue.message,
    hint: issue.hint,
  };
}

/** What is no YAML, and what the parser only warns of: a tag that nobody here knows would be read as if it were not there. */
function syntaxErrors(index: number, document: Document.Parsed, lines: LineCounter): DocumentError[] {
  return [...document.errors, ...document.warnings].slice(0, LIMITS.errors).map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const deep = error.code === 'RESOURCE_EXHAUSTION';
    const message = deep ? 'the document is nested too deep' : (error.message.split('\n')[0] ?? error.code);
    return { document: index, path: '$', line, column: col, message, hint: null };
  });
}

/** Fields that stand twice in one mapping. The parser's own check compares every two keys, which a hostile text makes slow. */
function duplicates(index: number, document: Document.Parsed, lines: LineCounter): DocumentError[] {
  const errors: DocumentError[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = keyText(key);
        const range = isScalar(key) ? key.range : null;
        if (seen.has(name) && range && errors.length < LIMITS.errors) {
          const { line, col } = lines.linePos(range[0]);
          const message = `the field ${JSON.stringify(name)} stands twice in one mapping`;
          errors.push({ document: index, path: '$', line, column: col, message, hint: 'keep one of them' });
        }
        seen.add(name);
      }
    },
  });
  return errors;
}

/** Collects up to the limit; what is beyond would help nobody. */
export function collector(): { issues: Issue[]; report: Report } {
  const issues: Issue[] = [];
  const report: Report = (path, message, hint = null, atKey = false, need = null) => {
    if (issues.length < LIMITS.errors) issues.push({ path, message, hint, atKey, need });
  };
  return { issues, report };
}

function toPlain(document: Document.Parsed): { value: unknown } | { failure: string } {
  try {
    return { value: document.toJS({ maxAliasCount: LIMITS.aliases }) };
  } catch (error) {
    if (error instanceof RangeError) return { failure: 'the document is nested too deep' };
    if (error instanceof ReferenceError)
      return { failure: `the document's aliases cannot be followed: ${error.message}` };
    throw error;
  }
}

function readOne(
  index: number,
  document: Document.Parsed,
  lines: LineCounter,
  keep: boolean,
): { readonly valid: ParsedDocument[]; readonly errors: DocumentError[] } {
  const start = lines.linePos(document.contents?.range[0] ?? document.range[0]).line;
  const failed = (errors: DocumentError[]) => ({ valid: [], errors });
  const syntax = syntaxErrors(index, document, lines);
  if (syntax.length > 0) return failed(syntax);
  const twice = duplicates(index, document, lines);
  if (twice.length > 0) return failed(twice);
  const plain = toPlain(document);
  if ('failure' in plain) return failed([problem(index, start, plain.failure, 'write it out')]);
  const { issues, report } = collector();
  const place = (issue: Issue) => locate(index, document, lines, issue);
  const valid = checkDocuments(plain.value, report)
    .filter(({ needs }) => keep || needs.length === 0)
    .map((v) => ({ ...v, needs: v.needs.map(place), index, line: start }));
  const wrong = issues.filter(({ need }) => !keep || need === null);
  return { valid, errors: wrong.map(place) };
}

/** Nothing but comments: no content at all. A written `null` is content, and wrong. */
function isEmpty(document: Document.Parsed): boolean {
  const contents: unknown = document.contents;
  return (
    document.errors.length === 0 && (contents === null || (isScalar(contents) && contents.source === ''))
  );
}

function parseText(text: string, lines: LineCounter): Document.Parsed[] | DocumentError[] {
  try {
    const all = parseAllDocuments(text, {
      version: '1.2',
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      strict: true,
      // What it would print is among the errors.
      logLevel: 'error',
    });
    return Array.isArray(all) ? (all as Document.Parsed[]) : [];
  } catch (error) {
    if (error instanceof RangeError) return [problem(0, 1, 'the text is nested too deep')];
    throw error;
  }
}

/**
 * Reads a file of YAML 1.2 or JSON documents and checks each. Never throws; every mistake of the file is told at once, each with
 * the place where it stands. Documents without content are skipped. What this version does not have is a mistake unless it is kept.
 */
export function parseDocuments(text: string, file = '', { needs = 'refuse' }: ParseOptions = {}): ParsedText {
  const unreadable = [...checkSizes(text), ...checkCharacters(text)];
  if (unreadable.length > 0) return { file, documents: [], errors: unreadable };
  const lines = new LineCounter();
  const documents: ParsedDocument[] = [];
  const errors: DocumentError[] = [];
  const seen = new Map<string, number>();
  let index = 0;
  for (const parsed of parseText(text, lines)) {
    if ('message' in parsed) return { file, documents: [], errors: [parsed] };
    if (isEmpty(parsed)) continue;
    const read = readOne(index, parsed, lines, needs === 'keep');
    errors.push(...read.errors);
    for (const one of read.valid) {
      const key = `${one.kind}/${one.scope}/${one.name}`;
      const first = seen.get(key);
      if (first !== undefined)
        errors.push(problem(index, one.line, `${key} stands twice in the file`, `first on line ${first}`));
      seen.set(key, one.line);
      documents.push(one);
    }
    index++;
  }
  return { file, documents, errors };
}

/** Checks one document that is plain JSON already, as a server receives it: errors have a path, but no line. What this version does not have is one. */
export function validateDocument(
  value: unknown,
  index = 0,
): { document: ValidDocument | null; errors: readonly DocumentError[] } {
  const { issues, report } = collector();
  const found = checkDocument(value, report);
  const document = found !== null && found.needs.length === 0 ? found : null;
  const errors = issues.map((i) => ({
    document: index,
    path: pathText(i.path),
    line: null,
    column: null,
    message: i.message,
    hint: i.hint,
  }));
  return { document, errors };
}
