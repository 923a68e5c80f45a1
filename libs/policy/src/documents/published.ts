import { checkPolicyTest } from '../policytest/check.js';
import { DECLARATIONS } from './document.js';
import { fieldsOf, mainFields, type Field } from './fieldlist.js';
import type { JsonSchema } from './schema.js';

/** What each kind is for, as an editor shows it. */
const ABOUT: Readonly<Record<string, string>> = {
  Policy: 'The native policy of a namespace.',
  ClusterPolicy: 'The native policy of the whole cluster; also tiers, ordered rules and policies of nodes.',
  CiliumNetworkPolicy: 'The policy of a namespace, as Cilium has it.',
  CiliumClusterwideNetworkPolicy: 'The policy of the whole cluster, as Cilium has it.',
  NetworkPolicy: 'The policy of a namespace, as Kubernetes has it.',
  ClusterNetworkPolicy: 'The policy of the whole cluster, as network-policy-api has it.',
  PolicyTest: 'Unit tests for policies: sluice policy test.',
};

/** What is smaller than this is written where it stands. */
const WORTH_A_NAME = 200;

/** Counts how often each piece is used, by identity: the declaration uses one piece for one thing. */
function countUses(schema: unknown, uses: Map<object, number>): void {
  if (typeof schema !== 'object' || schema === null) return;
  const before = uses.get(schema) ?? 0;
  uses.set(schema, before + 1);
  if (before === 0) for (const value of Object.values(schema)) countUses(value, uses);
}

/** The same schema with pieces that are used twice or more under `$defs`, named by the field that they first stand under. */
function withDefinitions(root: JsonSchema): JsonSchema {
  const uses = new Map<object, number>();
  countUses(root, uses);
  const names = new Map<object, string>();
  const definitions: Record<string, unknown> = {};
  const write = (value: unknown, key: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = names.get(value);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    if ((uses.get(value) ?? 0) < 2 || JSON.stringify(value).length < WORTH_A_NAME) return written(value, key);
    let name = key;
    for (let i = 2; Object.hasOwn(definitions, name); i++) name = `${key}${i}`;
    names.set(value, name);
    definitions[name] = null; // keeps its place and its name
    definitions[name] = written(value, key);
    return { $ref: `#/$defs/${name}` };
  };
  const written = (value: object, key: string): unknown =>
    Array.isArray(value)
      ? value.map((item) => write(item, key))
      : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, write(v, k === 'items' ? key : k)]));
  const whole = written(root, 'document') as JsonSchema;
  return Object.keys(definitions).length > 0 ? { ...whole, $defs: definitions } : whole;
}

/** A schema and the name of its file. */
export interface PublishedSchema {
  readonly file: string;
  readonly text: string;
}

/** The JSON Schema of each kind, draft 2020-12. */
export function publishedSchemas(): PublishedSchema[] {
  const all = [...DECLARATIONS, { apiVersion: 'sluice.dev/v1', kind: 'PolicyTest', check: checkPolicyTest }];
  return all.map(({ apiVersion, kind, check }) => {
    const head = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `${kind} (${apiVersion})`,
      description: ABOUT[kind] ?? '',
    };
    const text = `${JSON.stringify({ ...head, ...withDefinitions(check.schema) }, null, 2)}\n`;
    return { file: `${kind.toLowerCase()}.json`, text };
  });
}

const SHORT: Readonly<Record<string, string>> = {
  CiliumNetworkPolicy: 'CNP',
  CiliumClusterwideNetworkPolicy: 'CCNP',
};

const cell = (field: Field | undefined): string => {
  if (!field) return '';
  if (field.state === 'supported') return 'yes';
  return field.state === 'needs' ? 'kept' : 'refused';
};

/** What is told of a field beside its state: once for all kinds that say the same. */
function remarkOf(fields: readonly (Field | undefined)[]): string {
  const notes = new Set(fields.flatMap((f) => (f && f.note !== '' ? [f.note] : [])));
  return [...notes].join('; ').replaceAll('|', '\\|');
}

function table(title: string, kinds: readonly string[]): string[] {
  const columns = kinds.map((kind) => {
    const { check } = DECLARATIONS.find((d) => d.kind === kind)!;
    const spec = (check.schema['properties'] as Record<string, JsonSchema>)['spec']!;
    return new Map(mainFields(fieldsOf(spec, 'spec')).map((field) => [field.path, field]));
  });
  const paths = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const rows = paths.map((path) => {
    const fields = columns.map((column) => column.get(path));
    return `| \`${path}\` | ${fields.map(cell).join(' | ')} | ${remarkOf(fields)} |`;
  });
  const head = kinds.map((kind) => SHORT[kind] ?? kind);
  const line = ['---', ...head.map(() => '---'), '---'].join(' | ');
  return [`### ${title}`, '', `| field | ${head.join(' | ')} | |`, `| ${line} |`, ...rows, ''];
}

/**
 * The fields of each kind's spec as tables of Markdown: `yes`, `kept` (checked, and refused at apply by what it needs), `refused` by
 * name, or empty where the kind has no such field, so that it is a mistake.
 */
export function fieldTables(): string {
  const cilium = ['Policy', 'ClusterPolicy', 'CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'];
  return [
    ...table("Native kinds and Cilium's", cilium),
    ...table('NetworkPolicy', ['NetworkPolicy']),
    ...table('ClusterNetworkPolicy', ['ClusterNetworkPolicy']),
  ].join('\n');
}
