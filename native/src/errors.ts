import { getSystemErrorMap } from 'node:util';
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
const ENOTSUPP = 524;
const EINVAL = 22;

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
  return new BpfError('ECLOSED', 9, operation, `${operation}: the handle is closed`, null);
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
    if (error instanceof BpfError || !(error instanceof Error)) throw error;
    const { errno, operation, log } = error as Error & Partial<BpfErrorFields>;
    if (typeof errno !== 'number') throw error;
    const code = errnoName(errno);
    const message = `${error.message} (${code})${log ? `\n${log}` : ''}`;
    throw new BpfError(code, errno, operation ?? 'addon', message, log ?? null);
  }
}
