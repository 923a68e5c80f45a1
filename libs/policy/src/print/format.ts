import { isDeepStrictEqual } from 'node:util';
import { isMap, isPair, isScalar, isSeq, parseAllDocuments, Scalar, visit, type Document, type Pair } from 'yaml'; // prettier-ignore
import { parseDocuments } from '../documents/parse.js';
import { isMapping } from '../documents/schema.js';
import type { PolicyDocument } from '../documents/types.js';
import type { DocumentError } from '../types.js';
import { orderOfKind, sortedKeys, type Order } from './order.js';
import { canonical, print, STYLE } from './print.js';

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

/** What is null is absent and goes, unless somebody has written something about it. */
function isAbsent({ key, value }: Pair): boolean {
  if (!isScalar(value) || value.value !== null) return false;
  const said = [key, value].some((n) => isScalar(n) && (n.comment ?? n.commentBefore));
  return !said;
}

const joined = (...comments: (string | null | undefined)[]): string | null =>
  comments.filter((c) => c !== null && c !== undefined).join('\n') || null;

/** The parser takes what stands above a field for the end of the list before it. It goes where the field goes. */
function giveBack(pairs: readonly Pair[]): void {
  for (const [i, { value }] of pairs.entries()) {
    const next = pairs[i + 1]?.key;
    if (!(isSeq(value) || isMap(value)) || value.flow || !value.comment || !isScalar(next)) continue;
    next.commentBefore = joined(value.comment, next.commentBefore);
    value.comment = null;
  }
}

/** What stands above the first field of a document is about the document, whichever field comes first. */
function keepOnTop(first: Pair | undefined, now: Pair | undefined): void {
  if (first === now || !isScalar(first?.key) || !isScalar(now?.key)) return;
  now.key.commentBefore = joined(first.key.commentBefore, now.key.commentBefore);
  first.key.commentBefore = null;
}

function sort(node: unknown, order: Order, isTop = false): void {
  if (isSeq(node)) for (const item of node.items) sort(item, order.inside(''));
  if (!isMap(node)) return;
  giveBack(node.items);
  const pairs = node.items.filter((pair) => !isAbsent(pair));
  const places = sortedKeys(pairs.map(keyOf), order);
  const [first] = pairs;
  node.items = pairs.sort((a, b) => places.indexOf(keyOf(a)) - places.indexOf(keyOf(b)));
  if (isTop) keepOnTop(first, node.items[0]);
  for (const pair of node.items) sort(pair.value, order.inside(keyOf(pair)));
}

/** A `List` has its documents in `items`, each of a kind of its own. */
function sortDocument(document: Document): void {
  const sorted = (node: unknown) => {
    if (isMap(node)) sort(node, orderOfKind(node.get('apiVersion'), node.get('kind')), true);
  };
  const { contents } = document;
  if (!isMap(contents)) return;
  const items = String(contents.get('kind')).endsWith('List') ? contents.get('items') : null;
  if (isSeq(items)) items.items.forEach(sorted);
  else sorted(contents);
}

/** Quotes and plain texts as the printer chooses; texts in blocks stay, and what is no text stays as it is written. */
function plain(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      const kept = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
      if (typeof node.value === 'string' && !kept) delete node.type;
    },
    Pair(_key, pair) {
      if (isPair(pair) && isScalar(pair.key)) delete pair.key.spaceBefore;
    },
  });
}

/** The same documents: null is absent. */
function sameMeaning(a: readonly PolicyDocument[], b: readonly PolicyDocument[]): boolean {
  return isDeepStrictEqual(a.map(canonical), b.map(canonical));
}

/** A file in its canonical form, or the mistakes for which it has none. */
export type Formatted =
  | { readonly text: string; readonly errors: readonly [] }
  | { readonly text: null; readonly errors: readonly DocumentError[] };

/**
 * A file of policies with its fields in the order of their kinds, comments kept, several documents and lists as they are. Files that
 * hold JSON become JSON. Documents that need what this version does not have are formatted too. Formatting what was formatted changes
 * nothing. Never throws for its input.
 */
export function formatText(text: string, file = ''): Formatted {
  const before = parseDocuments(text, file, { needs: 'keep' });
  if (before.errors.length > 0) return { text: null, errors: before.errors };
  const formatted = isJson(text) ? formatJson(text) : formatYaml(text);
  const after = parseDocuments(formatted, file, { needs: 'keep' });
  const same = after.errors.length === 0 && sameMeaning(before.documents.map((d) => d.document), after.documents.map((d) => d.document)); // prettier-ignore
  if (same) return { text: formatted, errors: [] };
  // Nobody shall find another policy in his file than he had written.
  const message = 'the file cannot be formatted without changing what it says';
  return { text: null, errors: [{ document: 0, path: '$', line: 1, column: 1, message, hint: null }] };
}

function isJson(text: string): boolean {
  try {
    return isMapping(JSON.parse(text));
  } catch {
    return false;
  }
}

function formatJson(text: string): string {
  const value = JSON.parse(text) as { kind?: string; items?: unknown };
  if (!Array.isArray(value.items)) return print([value as unknown as PolicyDocument], 'json');
  const items = (value.items as PolicyDocument[]).map(canonical);
  return `${JSON.stringify({ ...value, items }, null, 2)}\n`;
}

function formatYaml(text: string): string {
  const all = parseAllDocuments(text, { version: '1.2', uniqueKeys: false, logLevel: 'error', compat: 'yaml-1.1' }) as Document[]; // prettier-ignore
  const parts = all.map((document) => {
    sortDocument(document);
    plain(document);
    if (document.directives) document.directives.docStart = null;
    return String(document.toString({ ...STYLE, directives: false }));
  });
  return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('---\n');
}
