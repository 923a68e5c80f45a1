import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CliError, Exit } from './exit.js';

/** Set in the second run, to the namespace it is in: without it a mistake would run on for ever. */
export const MARKER = 'SLUICE_IN_NETNS';

/** Runs a program with this process's stdin, stdout and stderr and gives its exit code. Throws CliError if it cannot start. */
export type Execute = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) => Promise<number>;

/** The real one: signals go on to the child. */
export const execute: Execute = (command, args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...env } });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.once('error', (cause) =>
      reject(
        new CliError(Exit.failed, `${command}: ${cause.message}`, 'Debian’s package util-linux has it', [], {
          cause,
        }),
      ),
    );
    child.once('exit', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? Exit.failed);
    });
  });

/**
 * Runs this same command line again inside the network namespace; null where that is not needed, else its exit code.
 * Throws CliError where the namespace is not there.
 */
export async function enterNetns(
  netns: string | null,
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
  run: Execute,
): Promise<number | null> {
  if (netns === null || env[MARKER] === netns) return null;
  if (!existsSync(netns))
    throw new CliError(
      Exit.unreachable,
      `the network namespace ${netns} of this context does not exist`,
      'is the lab up? sluice lab up, or choose another context: sluice config get-contexts',
    );
  return run('nsenter', [`--net=${netns}`, '--', process.execPath, ...argv], { ...env, [MARKER]: netns });
}
