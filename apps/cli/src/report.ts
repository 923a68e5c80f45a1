import { CommanderError } from 'commander';
import type { Problem } from '@sluice/api';
import { CliError, Exit } from './exit.js';
import { printable } from './printable.js';

/** `file:line:col path message (hint)`; unknown parts are left out. */
export function formatProblem(problem: Problem): string {
  const file = problem.file === '' ? `document ${problem.document + 1}` : problem.file;
  const place = problem.line > 0 ? `${file}:${problem.line}:${problem.column}` : file;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  const hint = problem.hint === '' ? '' : ` (${problem.hint})`;
  if (problem.document < 0) return printable(problem.message);
  return printable(`${place}${path} ${problem.message}${hint}`);
}

/** Any failure as lines for stderr and the exit code. Commander has printed its own already. */
export async function report(error: unknown): Promise<{ readonly text: string; readonly exitCode: number }> {
  if (error instanceof CommanderError)
    return { text: '', exitCode: error.exitCode === 0 ? Exit.ok : Exit.usage };
  const failure = await asCliError(error);
  if (!(failure instanceof CliError)) return { text: `sluice: ${describe(error)}\n`, exitCode: Exit.failed };
  const lines = [
    `sluice: ${printable(failure.message)}`,
    ...failure.problems.map((problem) => `  ${formatProblem(problem)}`),
    ...(failure.hint === null ? [] : [`  ${failure.hint}`]),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: failure.exitCode };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Loaded late: a mistyped command needs no gRPC. */
async function asCliError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || error.name !== 'ApiError') return error;
  return (await import('./errors.js')).toCliError(error, 'server');
}
