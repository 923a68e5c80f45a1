import { describe, type Path, type Report } from './issue.js';
import { suggest } from './suggest.js';

/** A piece of a JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A declaration of what a value may be: checks one and reports every mistake in it, and says the same, as far as a JSON Schema can, to
 * editors.
 */
export interface Check {
  (value: unknown, path: Path, report: Report): void;
  readonly schema: JsonSchema;
}

/** A check and what of it a JSON Schema can say. The schema must not refuse what the check takes. */
export function check(schema: JsonSchema, run: (value: unknown, path: Path, report: Report) => void): Check {
  return Object.assign(run, { schema });
}

/** Anything at all. */
export const anything: Check = check({}, () => undefined);

/** A plain mapping. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text; `rule` returns what is wrong with it, or null. `schema` says what more of that a JSON Schema can. */
export function text(
  rule?: ((value: string) => string | null) | null,
  hint?: string | null,
  schema: JsonSchema = {},
): Check {
  return check({ type: 'string', ...schema }, (value, path, report) => {
    if (typeof value !== 'string') {
      const quote =
        typeof value === 'number' || typeof value === 'boolean'
          ? `write it in quotes: "${String(value)}"`
          : null;
      report(path, `must be a text, not ${describe(value)}`, quote ?? hint);
      return;
    }
    const wrong = rule?.(value);
    if (wrong) report(path, wrong, hint);
  });
}

export const boolean: Check = check({ type: 'boolean' }, (value, path, report) => {
  if (typeof value !== 'boolean') report(path, `must be true or false, not ${describe(value)}`);
});

/** A list; empty is allowed and is not the same as absent. */
export function list(item: Check, max = 10_000): Check {
  return check({ type: 'array', items: item.schema, maxItems: max }, (value, path, report) => {
    if (!Array.isArray(value)) {
      report(
        path,
        `must be a list, not ${describe(value)}`,
        isMapping(value) ? 'begin each item with "- "' : null,
      );
      return;
    }
    if (value.length > max) {
      report(path, `has ${value.length} items; at most ${max} are allowed`);
      return;
    }
    value.forEach((v, i) => item(v, [...path, i], report));
  });
}

/** A mapping with free keys and text values. */
export function texts(
  keyRule?: (key: string) => string | null,
  valueRule?: (value: string) => string | null,
): Check {
  const one = text(valueRule);
  return check({ type: 'object', additionalProperties: { type: 'string' } }, (value, path, report) => {
    if (!isMapping(value)) {
      report(path, `must be a mapping of texts, not ${describe(value)}`);
      return;
    }
    for (const [key, v] of Object.entries(value)) {
      const wrong = keyRule?.(key);
      if (wrong) report([...path, key], wrong, null, true);
      one(v, [...path, key], report);
    }
  });
}

/** Fields of a mapping. `unsupported` names those that the schema knows and this version does not serve, with a reason. */
export interface Shape {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
  readonly unsupported?: Readonly<Record<string, string>>;
  readonly ignored?: readonly string[];
}

/** Looking for the likely meaning of a name costs time; nobody misspells this many fields of one mapping. */
const MAX_UNKNOWN = 50;

function unknownField(shape: Shape, key: string, path: Path, report: Report): void {
  const reason =
    shape.unsupported && Object.hasOwn(shape.unsupported, key) ? shape.unsupported[key] : undefined;
  if (reason !== undefined) {
    report(path, `${key} is not supported by this version`, reason === '' ? null : reason, true);
    return;
  }
  const known = Object.keys(shape.fields);
  const near = suggest(key, [...known, ...Object.keys(shape.unsupported ?? {})]);
  const hint = near === null ? `allowed are ${known.join(', ')}` : `did you mean ${near}?`;
  report(path, `unknown field ${JSON.stringify(key)}`, hint, true);
}

/** A field that is there to be refused, as an editor shows it. */
const refused = (reason: string): JsonSchema => ({
  not: {},
  description: `not supported by this version${reason === '' ? '' : `: ${reason}`}`,
});

function objectSchema({ fields, required, unsupported, ignored }: Shape): JsonSchema {
  const named = [
    ...Object.entries(fields).map(([key, { schema }]) => [key, schema]),
    ...Object.entries(unsupported ?? {}).map(([key, reason]) => [key, refused(reason)]),
    ...(ignored ?? []).map((key) => [key, {}]),
  ];
  return {
    type: 'object',
    properties: Object.fromEntries(named) as JsonSchema,
    ...(required && required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** A mapping with known fields. A field that is null counts as absent, as in Kubernetes. */
export function object(shape: Shape): Check {
  return check(objectSchema(shape), (value, path, report) => {
    if (!isMapping(value)) {
      report(
        path,
        `must be a mapping, not ${describe(value)}`,
        `allowed fields are ${Object.keys(shape.fields).join(', ')}`,
      );
      return;
    }
    let unknown = 0;
    for (const [key, v] of Object.entries(value)) {
      if (Object.hasOwn(shape.fields, key)) {
        if (v !== null) shape.fields[key]?.(v, [...path, key], report);
      } else if (!shape.ignored?.includes(key) && ++unknown <= MAX_UNKNOWN)
        unknownField(shape, key, [...path, key], report);
    }
    for (const key of shape.required ?? [])
      if (!Object.hasOwn(value, key) || value[key] === undefined || value[key] === null)
        report(path, `${key} is missing`);
  });
}

/** First the one check, then, if that found no mistake, the other: for rules that need sound fields. */
export function then(
  first: Check,
  next: (value: unknown, path: Path, report: Report) => void,
  more: JsonSchema = {},
): Check {
  return check({ ...first.schema, ...more }, (value, path, report) => {
    let sound = true;
    first(value, path, (at, message, hint, atKey, need) => {
      if (!need) sound = false;
      report(at, message, hint, atKey, need);
    });
    if (sound) next(value, path, report);
  });
}

/** A value of a sound shape that this version keeps and cannot serve: what it needs is told, by name. */
export function needing(need: string, shape: Check): Check {
  const description = `needs ${need}, which this version does not have`;
  return then(shape, (_value, path, report) => report(path, description, null, true, need), { description });
}
