import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

/** A folder of the test's own; removed with `remove`. */
export function scratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sluice-native-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Compiles a fixture into the folder and says where the object is. */
export function compile(name: string, folder: string): string {
  const object = join(folder, `${name}.bpf.o`);
  const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const flags = ['-target', 'bpf', '-mcpu=v3', '-g', '-O2', '-Wall', '-Werror', include];
  execFileSync(process.env['CLANG'] ?? 'clang-19', [
    ...flags,
    '-c',
    join(FIXTURES, `${name}.bpf.c`),
    '-o',
    object,
  ]);
  return object;
}
