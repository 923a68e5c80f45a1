import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Problem, ProblemInput } from './generated/index.js';

/** Trailing metadata that carries the list of problems as JSON. */
export const PROBLEMS_KEY = 'sluice-problems-bin';
/** HTTP/2 peers refuse long header lists, so problems beyond this are only counted. */
const MAX_PROBLEM_BYTES = 12 * 1024;

export type StatusName = keyof typeof status;

/** A refused or failed call: gRPC's status by name, what is wrong, and each mistake of a document where there are any. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: StatusName,
    message: string,
    readonly problems: readonly Problem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** All fields of a problem, absent ones empty or 0. */
export function toProblem(input: ProblemInput): Problem {
  return { document: 0, path: '', line: 0, column: 0, message: '', hint: '', file: '', ...input };
}

/** Metadata for a failure's trailers. Lists that are too long are cut, and a last entry says how many are left out. */
export function encodeProblems(problems: readonly ProblemInput[]): Metadata {
  const metadata = new Metadata();
  if (problems.length === 0) return metadata;
  const kept: Problem[] = [];
  let bytes = 0;
  for (const problem of problems) {
    const full = toProblem(problem);
    bytes += Buffer.byteLength(JSON.stringify(full)) + 1;
    if (bytes > MAX_PROBLEM_BYTES) break;
    kept.push(full);
  }
  const left = problems.length - kept.length;
  if (left > 0) kept.push(toProblem({ document: -1, message: `${left} more problems are not shown` }));
  metadata.set(PROBLEMS_KEY, Buffer.from(JSON.stringify(kept)));
  return metadata;
}

/** The problems in a failure's trailers; empty where there are none or where they cannot be read. */
export function decodeProblems(metadata: Metadata | undefined): readonly Problem[] {
  const raw = metadata?.get(PROBLEMS_KEY)[0];
  if (raw === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(raw.toString());
    return Array.isArray(parsed) ? parsed.map((item) => toProblem(item as ProblemInput)) : [];
  } catch {
    return [];
  }
}

/** Any failure of a call as an ApiError; what is no gRPC failure becomes UNKNOWN. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const failure = error as Partial<ServiceError>;
  const code =
    typeof failure.code === 'number' ? (status[failure.code] as StatusName | undefined) : undefined;
  const message = failure.details ?? (error instanceof Error ? error.message : String(error));
  return new ApiError(code ?? 'UNKNOWN', message, decodeProblems(failure.metadata), { cause: error });
}
