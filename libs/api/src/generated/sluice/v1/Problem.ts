// Original file: proto/sluice/v1/common.proto

/**
 * One mistake in what was sent.
 */
export interface ProblemInput {
  document?: number;
  path?: string;
  line?: number;
  column?: number;
  message?: string;
  hint?: string;
  file?: string;
}

/**
 * One mistake in what was sent.
 */
export interface Problem {
  document: number;
  path: string;
  line: number;
  column: number;
  message: string;
  hint: string;
  file: string;
}
