import { execFile } from 'node:child_process';
import { AgentError } from './errors.js';

export interface ExecOptions {
  /** What it reads. A promise: it is started at once and reads when that resolves, or nothing where it rejects. */
  readonly input?: string | Promise<string>;
  /** Milliseconds; default 10000. */
  readonly timeoutMs?: number;
}

/** Runs a program without a shell. Rejects with its own words where it fails. */
export type Exec = (file: string, args: readonly string[], options?: ExecOptions) => Promise<string>;

export const exec: Exec = (file, args, { input, timeoutMs = 10_000 } = {}) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      file,
      [...args],
      { timeout: timeoutMs, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = stderr.trim() || error.message;
        reject(new AgentError('INTERNAL', `${file} ${args.join(' ')}: ${said}`, error));
      },
    );
    child.stdin?.on('error', () => undefined);
    if (input instanceof Promise) {
      input.then(
        (text) => child.stdin?.end(text),
        () => child.stdin?.end(),
      );
    } else child.stdin?.end(input ?? '');
  });

/** The same program inside another network namespace. */
export const inNetns =
  (run: Exec, netns: string): Exec =>
  (file, args, options) =>
    run('nsenter', [`--net=${netns}`, file, ...args], options);

/** `ip -batch`: all lines by one process; a failing line stops it. */
export async function ipBatch(run: Exec, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** The same, started at once, that does nothing before `after` resolves. Rejects where that does; then nothing was done. */
export async function ipBatchAfter(run: Exec, lines: readonly string[], after: Promise<void>): Promise<void> {
  const input = after.then(() => `${lines.join('\n')}\n`);
  const [first] = (await Promise.allSettled([after, run('ip', ['-batch', '-'], { input })])).filter(
    ({ status }) => status === 'rejected',
  );
  if (first?.status === 'rejected') throw first.reason;
}

/** `ip -batch -force` whose failures do not matter: for removing what may not be there. */
export async function ipBatchForce(run: Exec, lines: readonly string[]): Promise<void> {
  if (lines.length > 0)
    await run('ip', ['-force', '-batch', '-'], { input: `${lines.join('\n')}\n` }).catch(() => '');
}
