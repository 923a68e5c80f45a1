import type { FieldDifference } from '@sluice/api';

type Leaves = Map<string, string>;

const isBranch = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Empty lists and objects are leaves: in a policy they are not the same as absent ones. */
function collect(value: unknown, path: string, into: Leaves): void {
  if (!isBranch(value)) {
    into.set(path, JSON.stringify(value));
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const step = Array.isArray(value)
      ? `[${key}]`
      : /^\w+$/.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`;
    collect(child, `${path}${step}`, into);
  }
}

function leavesOf(document: unknown): Leaves {
  const leaves: Leaves = new Map();
  if (document !== undefined) collect(document, '$', leaves);
  return leaves;
}

/**
 * What changed between two JSON documents, field by field, in the order of `before`, additions last; `undefined`: there is none.
 * Values are JSON, empty where the field is absent. Items of lists are compared by their place. Empty where they are equal.
 */
export function difference(before: unknown, after: unknown): FieldDifference[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const fields: FieldDifference[] = [];
  for (const [path, value] of old)
    if (now.get(path) !== value) fields.push({ path, before: value, after: now.get(path) ?? '' });
  for (const [path, value] of now) if (!old.has(path)) fields.push({ path, before: '', after: value });
  return fields;
}
