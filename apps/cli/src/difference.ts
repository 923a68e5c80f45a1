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

/**
 * What changed between two JSON documents: `- path: value` for what is only in `before`, `+ path: value` for what is only in
 * `after`, in the order of `before`, additions last. Items of lists are compared by their place. Empty where they are equal.
 */
export function difference(before: unknown, after: unknown): readonly string[] {
  const old: Leaves = new Map();
  const now: Leaves = new Map();
  collect(before, '$', old);
  collect(after, '$', now);
  const lines: string[] = [];
  for (const [path, value] of old) {
    const next = now.get(path);
    if (next === value) continue;
    lines.push(`- ${path}: ${value}`);
    if (next !== undefined) lines.push(`+ ${path}: ${next}`);
  }
  for (const [path, value] of now) if (!old.has(path)) lines.push(`+ ${path}: ${value}`);
  return lines;
}
