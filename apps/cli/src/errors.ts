import { CommanderError } from 'commander';
import { ApiError, toApiError, type Problem, type StatusName } from '@sluice/api';
import { CliError, Exit, type ExitCode } from './exit.js';
import { printable } from './printable.js';

const EXIT_OF: Partial<Record<StatusName, ExitCode>> = {
  INVALID_ARGUMENT: Exit.usage,
  OUT_OF_RANGE: Exit.usage,
  ABORTED: Exit.conflict,
  ALREADY_EXISTS: Exit.conflict,
  PERMISSION_DENIED: Exit.forbidden,
  UNAUTHENTICATED: Exit.forbidden,
  UNAVAILABLE: Exit.unreachable,
  DEADLINE_EXCEEDED: Exit.unreachable,
};

const HINT_OF: Partial<Record<StatusName, string>> = {
  INVALID_ARGUMENT: 'nothing was changed; correct the input and try again',
  ABORTED: 'somebody changed it meanwhile: look at it again with sluice get, then repeat',
  PERMISSION_DENIED: 'use a context with a higher role: sluice config get-contexts',
  UNAUTHENTICATED: 'the server does not accept this certificate: see tls in the context',
  UNAVAILABLE: 'sluice status tells what is wrong',
  DEADLINE_EXCEEDED:
    'it is not known whether the change was made: look with sluice get; --request-timeout gives more time',
  NOT_FOUND: 'sluice get lists what there is',
  UNIMPLEMENTED: 'the server is older than this CLI, or the feature is not there yet',
  RESOURCE_EXHAUSTED: 'smaller input, or later',
};

/** A failed call as the user sees it. */
export function toCliError(error: unknown, server: string): CliError {
  if (error instanceof CliError) return error;
  const failure = toApiError(error);
  const exit = EXIT_OF[failure.code] ?? Exit.failed;
  const message = exit === Exit.unreachable ? `${server}: ${failure.message}` : failure.message;
  return new CliError(exit, message, HINT_OF[failure.code] ?? null, failure.problems, { cause: error });
}

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
export function report(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof CommanderError)
    return { text: '', exitCode: error.exitCode === 0 ? Exit.ok : Exit.usage };
  const failure = error instanceof ApiError ? toCliError(error, 'server') : error;
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
