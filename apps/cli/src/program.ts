import { Command } from 'commander';
import { addApply, addDelete } from './commands/apply.js';
import { addAudit } from './commands/audit.js';
import { addBugtool } from './commands/bugtool.js';
import { addCluster } from './commands/cluster.js';
import { addCompletion } from './commands/completion.js';
import { addConfirm } from './commands/confirm.js';
import { addConfig } from './commands/config.js';
import { addDescribe } from './commands/describe.js';
import { addDiff } from './commands/diff.js';
import { addEndpoint } from './commands/endpoint.js';
import { addExplain } from './commands/explain.js';
import { addInit } from './commands/init.js';
import { addLab } from './commands/lab.js';
import { addLint } from './commands/lint.js';
import { addMap } from './commands/map.js';
import { addNode } from './commands/node.js';
import { addObjects } from './commands/objects.js';
import { addObserve } from './commands/observe.js';
import { addGet } from './commands/policies.js';
import { addPlan } from './commands/plan.js';
import { addPolicy } from './commands/policy/index.js';
import { addRevisions } from './commands/revisions.js';
import { addStatus } from './commands/status.js';
import { addStore } from './commands/store.js';
import { addSuggest } from './commands/suggest.js';
import { addSuspend } from './commands/suspend.js';
import { addTrace } from './commands/trace.js';
import { Context, Elsewhere } from './context.js';
import { report } from './report.js';
import { Exit } from './exit.js';
import type { RawGlobals } from './globals.js';
import type { Io } from './io.js';
import { VERSION } from './version.js';

/** The whole command tree; nothing runs yet. */
export function buildProgram(io: Io): { readonly program: Command; readonly context: Context } {
  const program = new Command('sluice');
  const context = new Context(io, () => program.opts<RawGlobals>());
  program
    .description('Identity-based networking and security: the command line')
    .option('--context <name>', 'context of the config file; default: the current one')
    .option('--config <file>', 'config file; default: $SLUICE_CONFIG or ~/.config/sluice/config.yaml')
    .option('--request-timeout <duration>', 'deadline of one request', '10s')
    .option('-o, --output <format>', 'table, wide, json or yaml', 'table')
    .showHelpAfterError('(sluice help COMMAND tells more)')
    .configureOutput({ writeOut: (text) => void io.out(text), writeErr: (text) => io.err(text) })
    .exitOverride();
  for (const add of [
    addInit,
    addApply,
    addDelete,
    addConfirm,
    addGet,
    addDescribe,
    addRevisions,
    addDiff,
    addPlan,
    addAudit,
    addSuggest,
    addSuspend,
    addExplain,
    addTrace,
    addLint,
    addCluster,
    addObjects,
    addStatus,
    addStore,
    addBugtool,
    addObserve,
    addMap,
    addEndpoint,
    addNode,
    addPolicy,
    addConfig,
    addCompletion,
  ])
    add(program, context);
  addLab(program);
  program
    .command('version')
    .description('version of this CLI')
    .action(async () => {
      if (context.machineReadable) return context.print({ version: VERSION });
      await io.out(`sluice ${VERSION}\n`);
    });
  return { program, context };
}

/** Runs one command line (without node and script) and returns the exit code; everything is printed by then. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === 'lab') {
    const { runLab } = await import('./commands/lab.js');
    return runLab(argv.slice(1), io);
  }
  const { program, context } = buildProgram(io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Exit.ok;
  } catch (error) {
    if (error instanceof Elsewhere) return error.code;
    const { text, exitCode } = await report(error);
    io.err(text);
    return exitCode;
  } finally {
    context.close();
  }
}
