import type { Command } from 'commander';
import type { FieldDifference } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { readInput } from '../input.js';
import { printable } from '../printable.js';
import { parseRef } from '../refs.js';

interface DiffFlags {
  readonly from?: string;
  readonly to?: string;
  readonly filename?: string;
}

function revision(option: string, text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw usageError(`${option} '${text}' is no revision`, 'sluice history lists them');
  return Number(text);
}

const linesOf = ({ path, before, after }: FieldDifference): string[] => [
  ...(before === '' ? [] : [`- ${path}: ${before}`]),
  ...(after === '' ? [] : [`+ ${path}: ${after}`]),
];

async function diffAction(context: Context, kind: string, name: string, flags: DiffFlags): Promise<void> {
  const { filename } = flags;
  if (filename !== undefined && flags.to !== undefined) throw usageError('give --to or -f, not both');
  const policy = parseRef(kind, name);
  const [from, to] = [revision('--from', flags.from), revision('--to', flags.to)];
  const input = filename === undefined ? null : await readInput(filename, context.io);
  const request = { policy, from, to, text: input?.text ?? '' };
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) => policies.diff(request, options));
  if (context.machineReadable) return context.print(answer);
  const lines = answer.fields.flatMap(linesOf);
  const head = [`--- ${answer.from}`, `+++ ${input?.file ?? answer.to}`];
  const text = [...head, ...(lines.length === 0 ? ['no difference'] : lines)];
  await context.io.out(text.map((line) => `${printable(line)}\n`).join(''));
}

/** `sluice diff` */
export function addDiff(program: Command, context: Context): void {
  const diff = context
    .remote(program.command('diff'))
    .description('what changed between two forms of a policy, or would by a file')
    .argument('<kind>')
    .argument('<scope/name>')
    .option('--from <revision>', 'default: the form before --to; with -f the live one')
    .option('--to <revision>', 'default: the live form')
    .option('-f, --filename <file>', 'compare with this file; - is stdin');
  diff.action(async (kind: string, name: string) => diffAction(context, kind, name, diff.opts<DiffFlags>()));
}
