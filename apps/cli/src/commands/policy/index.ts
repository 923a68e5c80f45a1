import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { addApply } from '../apply.js';
import { addAudit } from '../audit.js';
import { addConfirm } from '../confirm.js';
import { addDiff } from '../diff.js';
import { addExplain } from '../explain.js';
import { addPolicyLint } from '../lint.js';
import { addRevisions } from '../revisions.js';
import { addSuggest } from '../suggest.js';
import { addSuspend } from '../suspend.js';
import type { FmtFlags } from './fmt.js';
import { addTrace } from '../trace.js';

/** `sluice policy`: what needs no server, and under other names what asks it about policies. */
export function addPolicy(program: Command, context: Context): void {
  const policy = program.command('policy').description('policies, from their files to taking a mistake back');
  const test = policy
    .command('test')
    .description('unit tests for policies (kind: PolicyTest); -o json or junit for machines')
    .argument('<file...>', 'PolicyTest files; - is stdin')
    .option('--engine <name>', 'who answers: naive, resolver or kernel (needs root)', 'resolver');
  test.action(async (files: string[]) => {
    const { testAction } = await import('./test.js');
    const junit = program.opts<{ output?: string }>().output === 'junit';
    await testAction(files, { ...test.opts<{ engine: string }>(), junit }, context);
  });
  const validate = policy
    .command('validate')
    .description('check policy files of any dialect: every mistake, each at its place')
    .argument('<file...>', 'YAML or JSON; - is stdin');
  validate.action(async (files: string[]) => {
    const { validateAction } = await import('./validate.js');
    await validateAction(files, context);
  });
  const fmt = policy
    .command('fmt')
    .description('policy files in one form: fields in order, comments kept')
    .argument('<file...>', 'YAML or JSON; - is stdin')
    .option('-w, --write', 'write the files in place, and name those that changed')
    .option('--check', 'change nothing; name the files that differ, and exit 1 if there are any');
  fmt.action(async (files: string[]) => {
    const { fmtAction } = await import('./fmt.js');
    await fmtAction(files, fmt.opts<FmtFlags>(), context);
  });
  policy
    .command('convert')
    .description('policies of any dialect in the native one, without loss or not at all; -o json for JSON')
    .argument('<file...>', 'YAML or JSON; - is stdin')
    .action(async (files: string[]) => {
      const { convertAction } = await import('./convert.js');
      await convertAction(files, context);
    });
  for (const add of [
    addApply,
    addRevisions,
    addDiff,
    addConfirm,
    addSuspend,
    addExplain,
    addTrace,
    addAudit,
    addSuggest,
    addPolicyLint,
  ])
    add(policy, context);
}
