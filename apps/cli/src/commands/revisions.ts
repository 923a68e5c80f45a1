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
  readonly to?: string;
  readonly change?: string;
  readonly detach?: boolean;
}

/** What is to be rolled back: one policy to a revision, or a whole change. Throws CliError (usage). */
function aimOf(kind: string | undefined, name: string | undefined, { to, change }: RollbackFlags) {
  if (change !== undefined && kind === undefined && to === undefined) return { change, policy: null, to: 0 };
  if (change !== undefined || kind === undefined || name === undefined || to === undefined)
    throw usageError(
      'it is not clear what to roll back',
      'sluice rollback KIND SCOPE/NAME --to REVISION, or: sluice rollback --change CHANGE',
    );
  const policy = parseRef(kind, name);
  if (!/^[1-9]\d*$/.test(to)) throw usageError(`--to '${to}' is no revision`, 'sluice history lists them');
  return { change: '', policy, to: Number(to) };
}

async function rollbackAction(
  context: Context,
  kind: string | undefined,
  name: string | undefined,
  flags: RollbackFlags,
): Promise<void> {
  const aim = aimOf(kind, name, flags);
  const wait = waitOf(flags);
  const ifMatch = await parseIfMatch(flags.ifMatch, async () => (aim.policy === null ? [] : [aim.policy]));
  const dryRun = flags.dryRun === true;
  const request = { ...aim, ifMatch, detach: flags.detach === true, dryRun, ...wait };
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
      .description('apply an earlier form of a policy once more, or take a whole change back')
      .argument('[kind]')
      .argument('[scope/name]')
      .option('--to <revision>', 'the form, by its revision in `sluice history`')
      .option('--change <change>', 'in place of a policy: all documents of this apply or delete')
      .option('--detach', 'also what a mirror or directory owns; it belongs to the API afterwards'),
  );
  rollback.action(async (kind: string | undefined, name: string | undefined) =>
    rollbackAction(context, kind, name, rollback.opts<RollbackFlags>()),
  );
}
