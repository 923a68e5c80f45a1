import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const HERE = join(import.meta.dirname, '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** What the script gave to `report`, in order. */
  readonly reports: readonly unknown[];
}

/** One file of this package, for processes without jest. */
export async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, 'native.mjs');
  const entryPoints = [join(HERE, 'src', 'index.ts')];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'silent',
  });
  return outfile;
}

const PRELUDE = `
import { execFileSync } from 'node:child_process';
const report = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
const ip = (...args) => execFileSync('ip', args);
/** The code of the error that the call throws; 'nothing thrown' where it throws none. */
const codeOf = (call) => { try { call(); return 'nothing thrown'; } catch (error) { return error.code ?? String(error); } };
`;

/** Runs a module in network and mount namespaces of its own: it cannot reach the machine's interfaces or mounts. */
export function isolated(
  folder: string,
  bundled: string,
  body: string,
  env: Record<string, string> = {},
): Ended {
  const script = join(folder, 'child.mjs');
  const imports = `import * as native from ${JSON.stringify(pathToFileURL(bundled).href)};\n`;
  writeFileSync(script, imports + PRELUDE + body);
  const addon = join(HERE, 'build', 'Release', 'sluice_native.node');
  const { status, signal, stdout, stderr } = spawnSync(
    'unshare',
    ['-n', '-m', '--propagation', 'private', process.execPath, '--expose-gc', script],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, SLUICE_NATIVE: addon, NODE_OPTIONS: '', ...env },
    },
  );
  const reports = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  return { code: status, signal, stderr, reports };
}
