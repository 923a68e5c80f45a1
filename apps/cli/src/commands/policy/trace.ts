import type { Context } from '../../context.js';
import { CliError, Exit, usageError } from '../../exit.js';
import { parsePort } from '../../port.js';

export interface TraceFlags {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly fromNamespace: string;
  readonly toNamespace: string;
}

/** `sluice policy trace --file`: exit 0 whatever the verdict is, 2 where the world or the question is wrong. */
export async function traceFileAction(file: string, flags: TraceFlags, context: Context): Promise<void> {
  const { loadTests, inputError } = await import('./files.js');
  const { buildWorld, ConnectionError, traceIn } = await import('@sluice/policy');
  const [loaded, second] = await loadTests([file], context.io);
  if (!loaded || second) throw usageError(`${file} must hold one PolicyTest, whose world is asked`);
  const { world, errors } = buildWorld(loaded.test, loaded.texts);
  if (!world) throw inputError('the world cannot be made', errors);
  const { from, to, fromNamespace, toNamespace } = flags;
  try {
    const answer = traceIn(world, { from, to, fromNamespace, toNamespace, ...parsePort(flags.port) });
    if (context.machineReadable) return await context.print(answer);
    const { explanationText } = await import('../explanation.js');
    await context.io.out(explanationText(answer, `${from} -> ${to} ${flags.port}`));
  } catch (error) {
    if (error instanceof ConnectionError) throw new CliError(Exit.usage, error.message);
    throw error;
  }
}
