import { ApiError, type ProblemInput, type StatusName } from '@sluice/api';
import { toProblem } from '@sluice/api';

/** A refusal or failure of a call: what is wrong, and what the caller can do about it. Becomes a gRPC status or an HTTP response. */
export class Failure extends ApiError {
  constructor(
    code: StatusName,
    message: string,
    readonly hint: string = '',
    problems: readonly ProblemInput[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, problems.map(toProblem), options);
  }

  /** One text for transports that know only one. */
  get text(): string {
    return this.hint === '' ? this.message : `${this.message} (${this.hint})`;
  }
}

export const invalid = (message: string, hint = '', problems: readonly ProblemInput[] = []) =>
  new Failure('INVALID_ARGUMENT', message, hint, problems);
export const notFound = (message: string, hint = '') => new Failure('NOT_FOUND', message, hint);
export const aborted = (message: string, hint = '', problems: readonly ProblemInput[] = []) =>
  new Failure('ABORTED', message, hint, problems);
export const refused = (message: string, hint = '') => new Failure('FAILED_PRECONDITION', message, hint);
export const forbidden = (message: string, hint = '') => new Failure('PERMISSION_DENIED', message, hint);
export const unavailable = (message: string, hint = '', cause?: unknown) =>
  new Failure('UNAVAILABLE', message, hint, [], { cause });
