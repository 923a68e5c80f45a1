import type { Command } from 'commander';
import type { PolicyForm } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { parseRef } from '../refs.js';
import type { Column } from '../table.js';
import { addWait, extraMs, parseIfMatch, printApplied, waitOf, type DeleteFlags } from './apply.js';
import { policyView } from './policies.js';

const COLUMNS: readonly Column<PolicyForm>[] = [
  { title: 'REVISION', value: ({ policy }) => String(policy?.revision ?? '') },
  { title: 'AUTHOR', value: ({ policy }) => policy?.author ?? '' },
  { title: 'APPLIED', value: ({ policy }) => policy?.time ?? '' },
  { title: 'CHANGE', value: ({ policy }) => policy?.change ?? '' },
  { title: 'ENDED', value: ({ ended }) => (ended === '' ? 'live' : ended) },
  { title: 'BY', value: ({ endedBy }) => endedBy },
  { title: 'AT', value: ({ endedAt }) => endedAt },
  { title: 'OWNER', value: ({ policy }) => policy?.owner ?? '', wide: true },
  { title: 'END-REVISION', value: ({ endedRevision }) => (endedRevision || '').toString(), wide: true },
  { title: 'END-CHANGE', value: ({ endedChange }) => endedChange, wide: true },
];

async function historyAction(context: Context, kind: string, name: string): Promise<void> {
  const ref = parseRef(kind, name);
  const connection = await context.connect();
  const { forms, revision } = await connection.call('reads', ({ policies }, options) =>
    policies.history(ref, options),
  );
  const views = forms.map(({ policy, ...form }) => ({ policy: policy && policyView(policy), ...form }));
  await context.printList({ forms: views, revision }, forms, COLUMNS, 'nothing is kept');
}

interface RollbackFlags extends DeleteFlags {
  readonly to: string;
  readonly detach?: boolean;
}

async function rollbackAction(
  context: Context,
  kind: string,
  name: string,
  flags: RollbackFlags,
): Promise<void> {
  const policy = parseRef(kind, name);
  if (!/^[1-9]\d*$/.test(flags.to))
    throw usageError(`--to '${flags.to}' is no revision`, 'sluice history lists them');
  const wait = waitOf(flags);
  const ifMatch = await parseIfMatch(flags.ifMatch, async () => [policy]);
  const dryRun = flags.dryRun === true;
  const request = { policy, to: Number(flags.to), ifMatch, detach: flags.detach === true, dryRun, ...wait };
  const connection = await context.connect();
  const response = await connection.call(
    dryRun ? 'reads' : 'changes',
    ({ policies }, options) => policies.rollback(request, options),
    extraMs(wait),
  );
  await printApplied(context, response, dryRun);
}

/** `sluice history` and `sluice rollback`. */
export function addRevisions(program: Command, context: Context): void {
  context
    .remote(program.command('history'))
    .description('the forms of a policy that are kept: who, when, which change')
    .argument('<kind>')
    .argument('<scope/name>')
    .action(async (kind: string, name: string) => historyAction(context, kind, name));
  const rollback = addWait(
    context
      .remote(program.command('rollback'))
      .description('apply an earlier form of a policy once more')
      .argument('<kind>')
      .argument('<scope/name>')
      .requiredOption('--to <revision>', 'the form, by its revision in `sluice history`')
      .option('--detach', 'also what a mirror or directory owns; it belongs to the API afterwards'),
  );
  rollback.action(async (kind: string, name: string) =>
    rollbackAction(context, kind, name, rollback.opts<RollbackFlags>()),
  );
}
