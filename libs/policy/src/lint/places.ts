import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { Path } from '../documents/issue.js';
import { CLUSTER_SCOPE } from '../documents/document.js';
import type { PolicyRef } from '../types.js';

/** Where something stands in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Node = { readonly range?: readonly [number, number, number] | null } | null | undefined;

/** The start of what stands at a path: of a field its name, and where it is not there, of the nearest around it. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? document.range[0];
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      offset = (pair.key as Node)?.range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      next = node.items[step];
      offset = (next as Node)?.range?.[0] ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next;
  }
  return offset;
}

interface Head {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}

/** The path of a policy within its document: a List has many. */
function itemPath(head: Head | null, ref: PolicyRef): Path {
  if (!Array.isArray(head?.items)) return [];
  const index = (head.items as (Head | null)[]).findIndex((item) => {
    const scope = ref.scope === CLUSTER_SCOPE ? CLUSTER_SCOPE : (item?.metadata?.namespace ?? 'default');
    return (
      item?.metadata?.name === ref.name &&
      scope === ref.scope &&
      (item.kind === undefined || item.kind === ref.kind)
    );
  });
  return index < 0 ? [] : ['items', index];
}

/** Finds the lines of things in a text whose documents were read without error. */
export function placesIn(text: string): (document: number, ref: PolicyRef, path: Path) => Place {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { version: '1.2', lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  // Documents without content do not count.
  const documents = (Array.isArray(parsed) ? (parsed as Document.Parsed[]) : []).filter((d) => {
    const contents: unknown = d.contents;
    const empty = contents === null || (isScalar(contents) && contents.source === '');
    return d.errors.length > 0 || !empty;
  });
  const heads = new Map<Document.Parsed, Head | null>();
  return (index, ref, path) => {
    const document = documents[index];
    if (!document) return { line: 1, column: 1 };
    if (!heads.has(document)) heads.set(document, document.toJS({ maxAliasCount: 100 }) as Head | null);
    const offset = offsetOf(document, [...itemPath(heads.get(document) ?? null, ref), ...path]);
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
} // prettier-ignore
