import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Metadata, status } from '@grpc/grpc-js';
import { encodeProblems, type StatusName } from '@sluice/api';
import type { FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { Failure } from '../failure.js';
import { asFailure } from '../store/store-failure.js';

const HTTP: Readonly<Partial<Record<StatusName, number>>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 412,
  RESOURCE_EXHAUSTED: 413,
  CANCELLED: 499,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};
const CODES: Readonly<Partial<Record<number, StatusName>>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  412: 'ABORTED',
  413: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** Anything thrown as a Failure. What nobody foresaw is INTERNAL and keeps its text to the log. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HttpException) return ofHttp(error.getStatus(), messageOf(error));
  // fastify's own refusals: malformed or too large bodies, unknown media types.
  const own = error as { statusCode?: unknown; message?: unknown };
  if (typeof own?.statusCode === 'number' && own.statusCode < 500)
    return ofHttp(own.statusCode, String(own.message));
  return asFailure(error);
}

function ofHttp(code: number, message: string): Failure {
  return new Failure(CODES[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'), message);
}

/** ValidationPipe hands its list of mistakes in the response body. */
function messageOf(error: HttpException): string {
  const body = error.getResponse() as { message?: string | string[] } | string;
  const message = typeof body === 'string' ? body : body.message;
  return Array.isArray(message) ? message.join('; ') : (message ?? error.message);
}

/** What a REST client gets: gRPC's status by name, the message, a hint, and the problems of a document. */
export function httpBody(failure: Failure) {
  const { code, message, hint, problems } = failure;
  return { code, message, ...(hint === '' ? {} : { hint }), ...(problems.length === 0 ? {} : { problems }) };
}

export const httpStatus = (failure: Failure): number => HTTP[failure.code] ?? 500;

/** What grpc-js makes a status of: problems travel in the trailers. */
export function grpcStatus(failure: Failure): { code: number; details: string; metadata: Metadata } {
  return { code: status[failure.code], details: failure.text, metadata: encodeProblems(failure.problems) };
}

/** The one place where errors become answers, of both transports. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  private readonly logger = new Logger('Failure');

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    const failure = failureOf(error);
    if (failure.code === 'INTERNAL')
      this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (host.getType() === 'rpc') return throwError(() => grpcStatus(failure));
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    void reply.status(httpStatus(failure)).type('application/json').send(httpBody(failure));
  }
}
