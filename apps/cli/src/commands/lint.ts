import type { Command } from 'commander';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { readInput } from '../input.js';
import { findingsText, judgeFindings } from './findings.js';

interface Flags {
  readonly filename?: string;
  readonly unusedDays: string;
  readonly strict?: boolean;
}

async function lintAction(flags: Flags, context: Context): Promise<void> {
  const unusedDays = Number(flags.unusedDays);
  if (!/^\d{1,4}$/.test(flags.unusedDays))
    throw usageError(`--unused-days '${flags.unusedDays}' is no number of days`);
  const { text, file } = flags.filename === undefined ? { text: '', file: '' } : await readInput(flags.filename, context.io);
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) =>
    policies.lint({ text, file, unusedDays }, options),
  );
  const { findings, flowsSince, silentNodes } = answer;
  if (context.machineReadable) await context.print(answer);
  else await context.io.out(findingsText(findings));
  if (unusedDays > 0 && !context.machineReadable) {
    context.io.err(flowsSince === '' ? 'no node keeps recorded flows\n' : `recorded flows since ${flowsSince}\n`);
    if (silentNodes.length > 0) context.io.err(`no flows from ${silentNodes.join(', ')}\n`);
  }
  judgeFindings(findings, flags.strict ?? false);
} // prettier-ignore

/** `sluice lint` */
export function addLint(program: Command, context: Context): void {
  const lint = context
    .remote(program.command('lint'))
    .description('what is odd about the policies that are applied: idle rules, selectors that meet nothing')
    .option('-f, --filename <file>', 'look at these policies, among those that are applied; - is stdin')
    .option('--unused-days <n>', 'also rules without a recorded flow for so long; 0: not', '0')
    .option('--strict', 'exit code 1 for any finding, not only errors');
  lint.action(async () => lintAction(lint.opts<Flags>(), context));
}

/** `sluice policy lint` */
export function addPolicyLint(policy: Command, context: Context): void {
  const lint = policy
    .command('lint')
    .description('what is odd about policy files; needs no server')
    .argument('<file...>', 'YAML or JSON; - is stdin')
    .option('--strict', 'exit code 1 for any finding, not only errors');
  lint.action(async (files: string[]) => {
    const { lintFilesAction } = await import('./policy/lint.js');
    await lintFilesAction(files, lint.opts<{ strict?: boolean }>().strict ?? false, context);
  });
}
