import type { Command } from 'commander';
import type { Policy } from '@sluice/api';
import type { Context } from '../context.js';
import type { Column } from '../table.js';

/** A policy for JSON and YAML: the document itself in the place of its text. */
export function policyView(policy: Policy): unknown {
  const { documentJson, ...rest } = policy;
  return { ...rest, document: parseDocument(documentJson) };
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // shown as it is rather than not at all
  }
}

interface Shape {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly specs?: readonly Readonly<Record<string, unknown>>[];
}

/** `2 ingress, 1 egressDeny`: rules by direction, as the document has them. */
export function countRules(document: unknown): string {
  const shape = (document ?? {}) as Shape;
  const specs = shape.specs ?? (shape.spec === undefined ? [] : [shape.spec]);
  return ['ingress', 'ingressDeny', 'egress', 'egressDeny', 'rules']
    .map((field) => {
      const count = specs.reduce(
        (sum, spec) => sum + (Array.isArray(spec[field]) ? spec[field].length : 0),
        0,
      );
      return count === 0 ? '' : `${count} ${field}`;
    })
    .filter((part) => part !== '')
    .join(', ');
}

const COLUMNS: readonly Column<Policy>[] = [
  { title: 'KIND', value: (policy) => policy.ref?.kind ?? '' },
  { title: 'SCOPE', value: (policy) => policy.ref?.scope ?? '' },
  { title: 'NAME', value: (policy) => policy.ref?.name ?? '' },
  { title: 'REVISION', value: (policy) => String(policy.revision) },
  { title: 'RULES', value: (policy) => countRules(parseDocument(policy.documentJson)) },
  { title: 'AUTHOR', value: (policy) => policy.author },
  { title: 'APPLIED', value: (policy) => policy.time },
  { title: 'OWNER', value: (policy) => policy.owner, wide: true },
  { title: 'UID', value: (policy) => policy.uid, wide: true },
  { title: 'CHANGE', value: (policy) => policy.change, wide: true },
];

/** The policy that `[KIND] [SCOPE/]NAME` means; kind and scope are needed only where the name alone is ambiguous. */
export async function findPolicy(context: Context, args: readonly string[]): Promise<Policy> {
  const { onlyPolicy } = await import('../refs.js');
  const kind = args.length > 1 ? (args[0] ?? null) : null;
  const connection = await context.connect();
  const { policies } = await connection.call('reads', (clients, options) =>
    clients.policies.list({ kind: kind ?? '', scope: '' }, options),
  );
  return onlyPolicy(policies, kind, args.at(-1) ?? '');
}

async function listAction(context: Context, flags: { kind?: string; scope?: string }): Promise<void> {
  const connection = await context.connect();
  const response = await connection.call('reads', ({ policies }, options) =>
    policies.list({ kind: flags.kind ?? '', scope: flags.scope ?? '' }, options),
  );
  const value = { policies: response.policies.map(policyView), revision: response.revision };
  await context.printList(value, response.policies, COLUMNS, 'there are no policies');
}

/** `sluice get policies` and `sluice get policy`. */
export function addGet(program: Command, context: Context): void {
  const get = program.command('get').description('show policies');
  const list = context
    .remote(get.command('policies'))
    .description('all policies')
    .option('--kind <kind>', 'of this kind only')
    .option('--scope <scope>', 'of this namespace only');
  list.action(async () => listAction(context, list.opts()));
  context
    .remote(get.command('policy'))
    .description('one policy: its document as applied with -o yaml or json')
    .argument('<[kind] name...>', '[KIND] [SCOPE/]NAME')
    .action(async (args: string[]) => {
      const { usageError } = await import('../exit.js');
      if (args.length > 2) throw usageError('one policy at a time', 'sluice get policy [KIND] [SCOPE/]NAME');
      const policy = await findPolicy(context, args);
      await context.printList(policyView(policy), [policy], COLUMNS, '');
    });
}
