import { Command } from 'commander';
import { addInit } from './commands/init.js';
import { addLab } from './commands/lab.js';
import { Context } from './context.js';
import { report } from './errors.js';
import type { RawGlobals } from './globals.js';
import type { Io } from './io.js';

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
  addInit(program, context);
  addLab(program);
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
    return context.exitCode;
  } catch (error) {
    const { text, exitCode } = report(error);
    io.err(text);
    return exitCode;
  } finally {
    context.close();
  }
}
