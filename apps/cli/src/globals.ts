import { join } from 'node:path';
import { usageError } from './exit.js';
import type { Io } from './io.js';

export const FORMATS = ['table', 'wide', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** Flags that every command has. */
export interface Globals {
  /** Name of the context; null: the current one. */
  readonly context: string | null;
  readonly configPath: string;
  readonly timeoutMs: number;
  readonly format: Format;
}

export interface RawGlobals {
  readonly context?: string;
  readonly config?: string;
  readonly requestTimeout?: string;
  readonly output?: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `10s`, `2m`, `1h`, or seconds without a unit; in milliseconds, at least 1. Throws CliError (usage). */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const ms = match === null ? 0 : Math.round(Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0));
  if (ms >= 1 && ms <= 86_400_000) return ms;
  throw usageError(`${option} '${text}' is not a duration`, 'for example 500ms, 10s, 2m; at most 24h');
}

/** Reads the flags. Throws CliError (usage). */
export function parseGlobals(raw: RawGlobals, io: Io): Globals {
  const output = raw.output ?? 'table';
  const format = FORMATS.find((name) => name === output);
  if (format === undefined) throw usageError(`-o '${output}' is not known`, `one of ${FORMATS.join(', ')}`);
  const home = io.env['HOME'] ?? '/root';
  return {
    context: raw.context ?? null,
    configPath: raw.config ?? io.env['SLUICE_CONFIG'] ?? join(home, '.config/sluice/config.yaml'),
    timeoutMs: parseDuration('--request-timeout', raw.requestTimeout ?? '10s'),
    format,
  };
}
