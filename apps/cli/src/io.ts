import type { Readable } from 'node:stream';
import { execute, type Execute } from './netns.js';

/** The world around one run: tests put their own here. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable;
  /** Script and arguments, to run the same again elsewhere. */
  readonly argv: readonly string[];
  /** Runs another program in the place of this one. */
  readonly execute: Execute;
  /** Writes to stdout; resolves when the reader has taken it (backpressure of `observe -f`). */
  out(text: string): Promise<void>;
  err(text: string): void;
  /** Colours and the like only for people. */
  readonly isTty: boolean;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** The real process. A closed stdout (`sluice … | head`) ends it quietly, as for other filters. */
export function processIo(): Io {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    argv: process.argv.slice(1),
    execute,
    out: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    err: (text) => void process.stderr.write(text),
    isTty: process.stdout.isTTY,
    signal: interrupted.signal,
  };
}
