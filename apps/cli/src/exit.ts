import type { Problem } from '@sluice/api';

/** What the process says to its caller when it ends; docs/cli.md has the same table. */
export const Exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRealized: 3,
  conflict: 4,
  forbidden: 5,
  unreachable: 6,
} as const;
export type ExitCode = (typeof Exit)[keyof typeof Exit];

/** A failure as the user sees it: one line of what, one line of what to do, and the mistakes of a document where there are any. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly hint: string | null = null,
    readonly problems: readonly Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Bad input from the command line or a file: exit code 2. */
export function usageError(message: string, hint: string | null = null): CliError {
  return new CliError(Exit.usage, message, hint);
}
