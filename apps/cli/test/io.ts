import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Io } from '../src/io.js';
import { run } from '../src/program.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onOut?: (text: string) => void;
  readonly execute?: Io['execute'];
}

/** Runs one command line in this process, with everything that it writes. */
export async function sluice(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    env: { HOME: '/nonexistent', ...options.env },
    cwd: tmpdir(),
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    argv: ['sluice.mjs', ...args],
    execute: options.execute ?? (() => Promise.reject(new Error('nothing may be executed'))),
    out: async (text) => {
      out += text;
      options.onOut?.(text);
    },
    err: (text) => {
      err += text;
    },
    isTty: false,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, err };
}

/** A new folder that goes away with the scope. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
