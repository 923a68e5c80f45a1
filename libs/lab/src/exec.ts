import { execFile, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { LabError } from './errors.js';

export interface RunOptions {
  readonly input?: string;
  /** Milliseconds; default 20000. */
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without a shell, whatever its exit code. Rejects only where it cannot be started or is too slow. */
export function output(file: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { input = '', timeoutMs = 20_000, env, cwd } = options;
  return new Promise((resolve, reject) => {
    const settings = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20, env, cwd } as const;
    const child = execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (!error) return resolve({ code: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
      const why = error.killed === true ? `no end within ${timeoutMs} ms` : error.message;
      reject(new LabError(`${file} ${args.join(' ')}: ${why}\n${stderr}`.trim(), null, { cause: error }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Runs a program and gives its stdout. Rejects with its own words where it fails. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await output(file, args, options);
  if (code !== 0)
    throw new LabError(`${file} ${args.join(' ')}: exit ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Asks `condition` until it gives something; its last failure is told when `timeoutMs` are over. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 20_000,
  everyMs = 20,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown = null;
  for (;;) {
    try {
      const found = await condition();
      if (found !== undefined && found !== null && found !== false)
        return found as Exclude<NonNullable<T>, false>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new LabError(`${what}: not within ${timeoutMs} ms${why}`, null, { cause: last });
    }
    await pause(everyMs);
  }
}

/** Runs a program with this process's stdin and output; gives its exit code. */
export function spawnInherit(file: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
