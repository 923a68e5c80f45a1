import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mountBpffs } from '../../src/index.js';

/** A bpffs of the test's own; its pins go with it. */
export function bpffs(folder: string): { readonly path: string; unmount(): void } {
  const path = join(folder, 'bpffs');
  mkdirSync(path);
  mountBpffs(path);
  return { path, unmount: () => void execFileSync('umount', [path], { stdio: 'pipe' }) };
}
