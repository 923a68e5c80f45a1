import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VmError } from './errors.ts';
import type { Kernel } from './kernel.ts';

/** What it takes to mount the host's file system; everything else is loaded from there later. */
const WANTED = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio-rng'];

/**
 * Files of modules and of all that they depend on, each after what it needs, out of the lines of modules.dep
 * (`kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko …`, nearest first). Throws VmError for a name that is not in it.
 */
export function loadOrder(modulesDep: string, wanted: readonly string[]): string[] {
  const lines = modulesDep.split('\n').map((line) => line.split(/[: ]+/).filter((part) => part !== ''));
  const order: string[] = [];
  for (const name of wanted) {
    const line = lines.find(([file = '']) => file.endsWith(`/${name}.ko`));
    if (!line) throw new VmError(`this kernel has no module ${name}`);
    order.push(...line.toReversed());
  }
  return [...new Set(order)];
}

/** Writes an initramfs with busybox, the modules for the host's file system, and `init`. */
export function writeInitramfs(kernel: Kernel, init: string, to: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-initramfs-'));
  try {
    const files = loadOrder(readFileSync(join(kernel.modules, 'modules.dep'), 'utf8'), WANTED);
    for (const file of files) {
      const target = join(folder, 'modules', file);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(kernel.modules, file), target);
    }
    writeFileSync(join(folder, 'modules/order'), files.map((file) => `${file}\n`).join(''));
    for (const dir of ['bin', 'proc', 'sys', 'dev', 'host', 'scratch', 'root']) mkdirSync(join(folder, dir));
    cpSync('/bin/busybox', join(folder, 'bin/busybox'));
    writeFileSync(join(folder, 'init'), readFileSync(init), { mode: 0o755 });
    const archive = 'busybox find . | busybox cpio -o -H newc';
    const { status, stdout, stderr } = spawnSync('sh', ['-c', archive], { cwd: folder, maxBuffer: 1 << 26 });
    if (status !== 0) throw new VmError(`the initramfs cannot be made: ${stderr.toString()}`);
    writeFileSync(to, stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
