import { DECLARATIONS } from '../documents/document.js';
import type { JsonSchema } from '../documents/schema.js';

/** The order of the fields of a value; null where its keys are free, as those of labels are. */
export interface Order {
  readonly fields: readonly string[] | null;
  /** The order inside a field, or (empty key) inside the items of a list. */
  readonly inside: (key: string) => Order;
}

const FREE: Order = { fields: null, inside: () => FREE };
const METADATA = ['name', 'namespace', 'labels', 'annotations'];

const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema];

function orderOf(schemas: readonly JsonSchema[]): Order {
  const all = schemas.flatMap(alternatives);
  const properties = all.map((s) => (s['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const fields = [...new Set(properties.flatMap((p) => Object.keys(p)))];
  const items = all.map((s) => s['items'] as JsonSchema | undefined).filter((s) => s !== undefined);
  if (fields.length === 0 && items.length === 0) return FREE;
  return {
    fields: fields.length > 0 ? fields : null,
    inside: (key) =>
      orderOf(key === '' ? items : properties.map((p) => p[key]).filter((s) => s !== undefined)),
  };
}

/** The order in which the fields of a kind are declared; metadata begin with the name. Free where the kind is not known. */
export function orderOfKind(apiVersion: unknown, kind: unknown): Order {
  const declared = DECLARATIONS.find((d) => d.apiVersion === apiVersion && d.kind === kind);
  if (!declared) return FREE;
  const order = orderOf([declared.check.schema]);
  const metadata = order.inside('metadata');
  const first = [...METADATA, ...(metadata.fields ?? [])];
  return {
    fields: order.fields,
    inside: (key) => (key === 'metadata' ? { ...metadata, fields: [...new Set(first)] } : order.inside(key)),
  };
}

/** Keys in the order of a kind; what is not declared comes last, as it was. */
export function sortedKeys(keys: readonly string[], { fields }: Order): string[] {
  if (!fields) return [...keys];
  const place = new Map(fields.map((field, i) => [field, i]));
  return [...keys].sort((a, b) => (place.get(a) ?? fields.length) - (place.get(b) ?? fields.length));
}
