import type { JsonSchema } from './schema.js';

/** `needs`: checked and kept, and refused where it would be enforced; `refused`: refused by name wherever it stands. */
export type FieldState = 'supported' | 'needs' | 'refused';

/** One field of a kind, as in `spec.ingress[].toPorts[].ports[].port`. */
export interface Field {
  readonly path: string;
  readonly state: FieldState;
  /** What it needs, why it is refused, or what else is to be said; mostly empty where it is supported. */
  readonly note: string;
}

const NEEDS = /^needs (.*), which this version does not have$/;

function stateOf(schema: JsonSchema): Omit<Field, 'path'> {
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  if ('not' in schema) return { state: 'refused', note: description.replace(/^[^:]*(: )?/, '') };
  const need = NEEDS.exec(description)?.[1];
  return need === undefined
    ? { state: 'supported', note: description }
    : { state: 'needs', note: `needs ${need}` };
}

/** The pieces that a value may be, of which one has to hold. */
const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema];

type Step = readonly [step: string, schema: JsonSchema];

/** What stands inside a value: its fields, or those of its items. */
function inside(schema: JsonSchema): readonly Step[] {
  return alternatives(schema).flatMap((one): readonly Step[] => {
    const items = one['items'] as JsonSchema | undefined;
    if (items) return inside(items).map(([step, s]) => [`[]${step}`, s]);
    const properties = (one['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
    return Object.entries(properties).map(([key, s]) => [`.${key}`, s]);
  });
}

const DETAIL = /\.(matchLabels|matchExpressions)(\[\]\..*)?$/;

/** Those that a reader looks for: without the insides of selectors, and of what is not served anyway. */
export function mainFields(fields: readonly Field[]): Field[] {
  const needing = fields.filter(({ state }) => state === 'needs').map(({ path }) => path);
  const inside = (path: string) => needing.some((p) => path.startsWith(`${p}.`) || path.startsWith(`${p}[]`));
  return fields.filter(({ path }) => !DETAIL.test(path) && !inside(path));
}

/** Every field below a piece of a schema, in its order, each once. What stands in a field that needs something needs the same. */
export function fieldsOf(schema: JsonSchema, path: string): Field[] {
  const found = new Map<string, Field>();
  const walk = (piece: JsonSchema, at: string, above: Omit<Field, 'path'>) => {
    for (const [step, child] of inside(piece)) {
      const own = stateOf(child);
      const state = own.state === 'supported' && above.state === 'needs' ? above : own;
      const next = at + step;
      if (!found.has(next)) found.set(next, { path: next, ...state });
      if (own.state !== 'refused') walk(child, next, state);
    }
  };
  walk(schema, path, { state: 'supported', note: '' });
  return [...found.values()];
}
