import type { Command } from 'commander';
import type { ApplyResponse, ExpectationInput, PendingNode, PolicyRef } from '@sluice/api';
import type { Context } from '../context.js';
import { CliError, Exit, usageError } from '../exit.js';
import { parseDuration } from '../globals.js';
import { readInput } from '../input.js';
import { formatRevision } from '../names.js';
import { printable } from '../printable.js';

/** `--wait` and `--timeout` */
export interface WaitFlags {
  wait?: boolean;
  timeout: string;
}
interface ApplyFlags extends WaitFlags {
  filename: string;
  confirm?: string;
  planRevision?: string;
  force?: boolean;
  dryRun?: boolean;
  ifMatch: string[];
}

const collect = (value: string, all: string[]) => [...all, value];

/** The wait that the flags ask for. Throws CliError (usage). */
export function waitOf(flags: WaitFlags) {
  const ms = parseDuration('--timeout', flags.timeout);
  return { waitRealized: flags.wait === true, timeoutSeconds: Math.ceil(ms / 1000) };
}

/** A duration in whole seconds, rounded up; 0 where it is not given. Throws CliError (usage). */
export const secondsOf = (option: string, given: string | undefined): number =>
  given === undefined ? 0 : Math.ceil(parseDuration(option, given) / 1000);

/** How much longer than a plain request it may take. */
export const extraMs = (wait: { waitRealized: boolean; timeoutSeconds: number }) =>
  wait.waitRealized ? wait.timeoutSeconds * 1000 : 0;

/** `--if-match KIND/SCOPE/NAME=REVISION`, or a bare revision where there is one document. Throws CliError (usage). */
export async function parseIfMatch(given: readonly string[], refs: () => Promise<readonly PolicyRef[]>) {
  const { parseRef } = await import('../refs.js');
  const expectations: ExpectationInput[] = [];
  for (const text of given) {
    const match = /^(?:([^/=]+)\/([^=]+)=)?(\d{1,15})$/.exec(text);
    if (match === null)
      throw usageError(
        `--if-match '${text}' is not understood`,
        'KIND/SCOPE/NAME=REVISION, or REVISION; 0: must not exist',
      );
    const [, kind, name, revision] = match;
    expectations.push({
      policy: kind === undefined || name === undefined ? onlyRef(await refs()) : parseRef(kind, name),
      revision: Number(revision),
    });
  }
  return expectations;
}

function onlyRef(refs: readonly PolicyRef[]): PolicyRef {
  const [first, second] = refs;
  if (first === undefined || second !== undefined)
    throw usageError(
      '--if-match REVISION needs exactly one document',
      'write --if-match KIND/SCOPE/NAME=REVISION',
    );
  return first;
}

/** Prints what an apply or delete did and sets the exit code: 2 for problems of a dry run, 3 if not realized in time. */
export async function printApplied(
  context: Context,
  response: ApplyResponse,
  dryRun: boolean,
): Promise<void> {
  if (context.machineReadable) await context.print(response);
  else await context.io.out(await describeApplied(response, dryRun));
  if (response.problems.length > 0)
    throw new CliError(Exit.usage, 'the documents would be refused', null, response.problems);
  const realization = response.realization;
  if (realization === null || realization.realized) return;
  throw new CliError(
    Exit.notRealized,
    `stored, but not in effect yet on: ${realization.pending.map(whyPending).join('; ') || 'unknown nodes'}`,
    'it takes effect when they catch up; sluice nodes shows how far each one is',
  );
}

/** `node-2 (at 1.70: the policy map is full)`. */
function whyPending({ name, realized, errors }: PendingNode): string {
  const [error] = errors;
  const at = realized === null ? 'has realized nothing yet' : `at ${formatRevision(realized)}`;
  return `${name} (${error === undefined ? at : `${at}: ${error}`})`;
}

async function describeApplied(response: ApplyResponse, dryRun: boolean): Promise<string> {
  const { fullName } = await import('../refs.js');
  const lines = response.results.map((result) => {
    const revision = result.revision > 0 ? ` (revision ${result.revision})` : '';
    return `${fullName(result.policy)} ${result.action}${dryRun ? ' (dry run)' : revision}`;
  });
  const realization = response.realization;
  if (realization !== null) {
    if (realization.realized)
      lines.push(
        `in effect at ${formatRevision(response.revision)} on: ${realization.realizedNodes.join(', ') || 'no node'}`,
      );
    if (realization.silentNodes.length > 0)
      lines.push(`silent, not waited for: ${realization.silentNodes.join(', ')}`);
  }
  if (response.confirmUntil !== '')
    lines.push(
      `taken back at ${response.confirmUntil} unless you confirm it: sluice confirm ${response.change}`,
    );
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** Throws CliError (usage). */
function planRevisionOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const revision = Number(text.split(/[:.]/).at(-1));
  if (Number.isSafeInteger(revision) && revision > 0) return revision;
  throw usageError(`--plan-revision '${text}' is no revision`, 'sluice plan tells it');
}

async function applyAction(flags: ApplyFlags, context: Context): Promise<void> {
  const wait = waitOf(flags);
  const { text, file } = await readInput(flags.filename, context.io);
  const ifMatch = await parseIfMatch(flags.ifMatch, async () =>
    (await import('../refs.js')).refsOf(text, file),
  );
  const dryRun = flags.dryRun === true;
  const connection = await context.connect();
  const confirmSeconds = secondsOf('--confirm', flags.confirm);
  const planRevision = planRevisionOf(flags.planRevision);
  const force = flags.force === true;
  const request = { text, file, dryRun, ifMatch, confirmSeconds, planRevision, force, ...wait };
  const response = await connection.call(
    dryRun ? 'reads' : 'changes',
    ({ policies }, options) =>
      dryRun ? policies.validate(request, options) : policies.apply(request, options),
    extraMs(wait),
  );
  await printApplied(context, response, dryRun);
}

/** Flags of a change that needs no file. */
export interface DeleteFlags extends WaitFlags {
  filename?: string;
  dryRun?: boolean;
  ifMatch: string[];
}

async function deleteRefs(refs: readonly PolicyRef[], flags: DeleteFlags, context: Context): Promise<void> {
  const wait = waitOf(flags);
  const ifMatch = await parseIfMatch(flags.ifMatch, async () => refs);
  const dryRun = flags.dryRun === true;
  const connection = await context.connect();
  const response = await connection.call(
    dryRun ? 'reads' : 'changes',
    ({ policies }, options) => policies.delete({ policies: [...refs], ifMatch, dryRun, ...wait }, options),
    extraMs(wait),
  );
  await printApplied(context, response, dryRun);
}

/** The flags that every change of policies has. */
export function addWait(command: Command): Command {
  return command
    .option('--wait', 'wait until every node that is alive enforces it')
    .option('--timeout <duration>', 'how long to wait', '30s')
    .option('--dry-run', 'check and show what would happen; change nothing')
    .option(
      '--if-match <revision>',
      'KIND/SCOPE/NAME=REVISION or REVISION: conflict unless it is that',
      collect,
      [],
    );
}

/** `sluice apply` */
export function addApply(program: Command, context: Context): void {
  const apply = addWait(
    context
      .remote(program.command('apply'))
      .description('create or change the policies of a file, all or none')
      .requiredOption('-f, --filename <file>', 'YAML or JSON, one document or many; - is stdin')
      .option('--confirm <duration>', 'take it back by itself unless `sluice confirm` comes within this time')
      .option('--plan-revision <revision>', 'conflict if any policy was changed since this plan')
      .option('--force', 'also where a policy map would be more than 80% full'),
  );
  apply.action(async () => applyAction(apply.opts<ApplyFlags>(), context));
}

/** `sluice delete` */
export function addDelete(program: Command, context: Context): void {
  const remove = addWait(
    context
      .remote(program.command('delete'))
      .description('delete policies: those of a file, or by name')
      .option('-f, --filename <file>', 'delete what this file names; - is stdin'),
  );
  remove.action(async () => {
    const flags = remove.opts<DeleteFlags>();
    if (flags.filename === undefined)
      throw usageError(
        'nothing to delete is named',
        'give -f FILE, or: sluice delete policy KIND SCOPE/NAME',
      );
    const { refsOf } = await import('../refs.js');
    const { text, file } = await readInput(flags.filename, context.io);
    await deleteRefs(refsOf(text, file), flags, context);
  });
  context
    .remote(remove.command('policy'))
    .description('delete policies by kind and name')
    .argument('<kind>')
    .argument('<scope/name...>')
    .action(async (kind: string, names: string[]) => {
      const { parseRef } = await import('../refs.js');
      await deleteRefs(
        names.map((name) => parseRef(kind, name)),
        remove.opts<DeleteFlags>(),
        context,
      );
    });
  context
    .remote(remove.command('node'))
    .description('forget a node: its keys, addresses and rights')
    .argument('<name>')
    .action(async (name: string) => {
      const connection = await context.connect();
      await connection.call('changes', ({ cluster }, options) => cluster.deleteNode({ name }, options));
      if (context.machineReadable) return context.print({ deleted: name });
      await context.io.out(`node ${name} deleted\n`);
    });
}
