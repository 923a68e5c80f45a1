import { stringify, type ToStringOptions } from 'yaml';
import { isMapping } from '../documents/schema.js';
import type { PolicyDocument } from '../documents/types.js';
import { orderOfKind, sortedKeys, type Order } from './order.js';

/** Two blanks, items of a list under their key, no line broken. */
export const STYLE: ToStringOptions = {
  indent: 2,
  indentSeq: true,
  lineWidth: 0,
  flowCollectionPadding: true,
};

function ordered(value: unknown, order: Order): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, order.inside('')));
  if (!isMapping(value)) return value;
  const keys = sortedKeys(Object.keys(value), order).filter((key) => value[key] !== null);
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key], order.inside(key))]));
}

/** A document with its fields in the order of its kind. What is null is absent and goes; what is empty stays. */
export function canonical<T extends PolicyDocument>(document: T): T {
  return ordered(document, orderOfKind(document.apiVersion, document.kind)) as T;
}

/**
 * Documents as YAML 1.2, or as JSON: one, or a `List` of several. Reading what is printed gives the same documents, but for fields that
 * were null. Texts that YAML 1.1 would read as something else (`on`, `012`) are in quotes, since other programs read that.
 */
export function print(documents: readonly PolicyDocument[], format: 'yaml' | 'json'): string {
  const all = documents.map(canonical);
  if (format === 'json') {
    const whole = all.length === 1 ? all[0] : { apiVersion: 'v1', kind: 'List', items: all };
    return `${JSON.stringify(whole, null, 2)}\n`;
  }
  return all
    .map((d) => stringify(d, { ...STYLE, compat: 'yaml-1.1', aliasDuplicateObjects: false }))
    .join('---\n');
}
