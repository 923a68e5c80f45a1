import type { Command } from 'commander';
import type { PolicyForm, PolicyRef } from '@sluice/api';
import type { Context } from '../context.js';
import { difference } from '../difference.js';
import { CliError, Exit, usageError } from '../exit.js';
import { readInput } from '../input.js';
import { printable } from '../printable.js';
import { fullName, parseRef } from '../refs.js';

interface DiffFlags {
  readonly from?: string;
  readonly to?: string;
  readonly filename?: string;
}

interface Side {
  readonly title: string;
  readonly document: unknown;
}

const sideOf = ({ policy, ended }: PolicyForm): Side => ({
  title: `revision ${policy?.revision ?? 0}${ended === '' ? ' (live)' : ''}`,
  document: JSON.parse(policy?.documentJson ?? 'null') as unknown,
});

function atRevision(forms: readonly PolicyForm[], revision: string): Side {
  const form = forms.find(({ policy }) => String(policy?.revision) === revision);
  if (form === undefined)
    throw new CliError(
      Exit.failed,
      `revision ${revision} is not kept`,
      'sluice history lists those that are',
    );
  return sideOf(form);
}

/** The document of a file that is this policy, in the form in which it would be stored. Throws CliError (usage). */
async function inFile(context: Context, filename: string, ref: PolicyRef): Promise<Side> {
  const { parseDocuments } = await import('@sluice/policy');
  const { text, file } = await readInput(filename, context.io);
  const { documents, errors } = parseDocuments(text, file);
  const [error] = errors;
  if (error !== undefined)
    throw usageError(`${file}: ${error.path}: ${error.message}`, 'sluice policy validate tells all mistakes');
  const found = documents.find(
    ({ kind, scope, name }) => kind === ref.kind && scope === ref.scope && name === ref.name,
  );
  if (found === undefined) throw usageError(`${file} does not hold ${fullName(ref)}`);
  return { title: file, document: JSON.parse(JSON.stringify(found.document)) as unknown };
}

async function diffAction(context: Context, kind: string, name: string, flags: DiffFlags): Promise<void> {
  if (flags.filename !== undefined && flags.to !== undefined) throw usageError('give --to or -f, not both');
  const ref = parseRef(kind, name);
  const file = flags.filename === undefined ? null : await inFile(context, flags.filename, ref);
  const connection = await context.connect();
  const { forms } = await connection.call('reads', ({ policies }, options) => policies.history(ref, options));
  const [newest, earlier] = forms;
  const after = file ?? (flags.to === undefined ? newest && sideOf(newest) : atRevision(forms, flags.to));
  const base = file === null ? earlier : newest;
  const before = flags.from === undefined ? base && sideOf(base) : atRevision(forms, flags.from);
  if (before === undefined || after === undefined)
    throw new CliError(
      Exit.failed,
      `${fullName(ref)} has only one form`,
      'there is nothing to compare it with',
    );
  const lines = difference(before.document, after.document);
  if (context.machineReadable) return context.print({ from: before.title, to: after.title, lines });
  const text = lines.length === 0 ? ['no difference'] : lines;
  await context.io.out(
    [`--- ${before.title}`, `+++ ${after.title}`, ...text].map((line) => `${printable(line)}\n`).join(''),
  );
}

/** `sluice diff` */
export function addDiff(program: Command, context: Context): void {
  const diff = context
    .remote(program.command('diff'))
    .description('what changed between two forms of a policy, or would by a file')
    .argument('<kind>')
    .argument('<scope/name>')
    .option('--from <revision>', 'default: the form before the newest; with -f the newest')
    .option('--to <revision>', 'default: the newest form')
    .option('-f, --filename <file>', 'compare with this file; - is stdin');
  diff.action(async (kind: string, name: string) => diffAction(context, kind, name, diff.opts<DiffFlags>()));
}
