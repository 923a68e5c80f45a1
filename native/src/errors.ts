import { getSystemErrorMap, types } from 'node:util';
import type { BpfErrorFields } from './types.js';

/** A failed kernel or libbpf call, or a misuse of a handle. `code` is the errno's name, or `ECLOSED` after dispose. */
export class BpfError extends Error implements BpfErrorFields {
  override readonly name = 'BpfError';
  constructor(
    readonly code: string,
    readonly errno: number,
    readonly operation: string,
    message: string,
    readonly log: string | null,
  ) {
    super(message);
  }
}

/** ENOTSUPP of the kernel (include/linux/errno.h) has no name in user space. */
export const ENOTSUPP = 524;
export const ENOENT = 2;
export const EINTR = 4;
export const EBADF = 9;
export const EINVAL = 22;
export const ENOSPC = 28;
export const EOPNOTSUPP = 95;

/** How much of a log stands in a message; all of it is in `log`. */
const LOG_IN_MESSAGE = 2000;

/** The errno's name; `E<number>` where libc has none. */
export function errnoName(errno: number): string {
  if (errno === ENOTSUPP) return 'ENOTSUPP';
  return getSystemErrorMap().get(-errno)?.[0] ?? `E${errno}`;
}

/** A misuse found before the kernel was asked. */
export function invalid(operation: string, what: string): BpfError {
  return new BpfError('EINVAL', EINVAL, operation, `${operation}: ${what}`, null);
}

/** Use after dispose. */
export function closed(operation: string): BpfError {
  return new BpfError('ECLOSED', EBADF, operation, `${operation}: the handle is closed`, null);
}

/** A failure known by its number only. */
export function failed(errno: number, operation: string): BpfError {
  return new BpfError(errnoName(errno), errno, operation, `${operation}: ${errnoName(errno)}`, null);
}

/** Runs a call of the addon; what it throws becomes a BpfError. The one place where errors are made of the addon's. */
export function guard<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    // Not instanceof Error: the addon's errors are of the realm that loaded it first.
    if (error instanceof BpfError || !types.isNativeError(error)) throw error;
    const { errno, operation, log } = error as Error & Partial<BpfErrorFields>;
    if (typeof errno !== 'number') throw error;
    const code = errnoName(errno);
    const message = `${error.message} (${code})${log ? `\n${log.slice(-LOG_IN_MESSAGE)}` : ''}`;
    throw new BpfError(code, errno, operation ?? 'addon', message, log ?? null);
  }
}
