import { toApiError, type StatusName } from '@sluice/api';
import { CliError, Exit, type ExitCode } from './exit.js';

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
