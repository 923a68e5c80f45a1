import { spawnSync } from 'node:child_process';

/** Runs a program and gives its output. Throws an Error with what it wrote to stderr where it fails. */
export function run(file: string, args: readonly string[], options: { readonly cwd?: string } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { ...options, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${file} ${args.join(' ')}: exit ${status}: ${stderr.trim().slice(-500)}`);
  return stdout;
}
