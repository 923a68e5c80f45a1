import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from './errors.ts';
import { run } from './run.ts';

/** A kernel of Debian as its package has it, unpacked; nothing of it is installed. */
export interface Kernel {
  /** As `uname -r` says it: `6.1.0-56-amd64`. */
  readonly release: string;
  readonly image: string;
  /** Its modules, with the tables that modprobe reads. */
  readonly modules: string;
}

/** Throws Unavailable with the Debian packages that hold what is missing to boot a kernel here. */
export function checkPrograms(path = process.env['PATH'] ?? ''): void {
  const folders = [...path.split(':'), '/usr/sbin', '/sbin'];
  const missing = Object.entries(PROGRAMS)
    .filter(([program]) => !folders.some((folder) => existsSync(join(folder, program))))
    .map(([, name]) => name);
  if (missing.length > 0) throw new Unavailable(`not installed: ${missing.join(', ')}`);
}

const PROGRAMS = { 'qemu-system-x86_64': 'qemu-system-x86', busybox: 'busybox-static', depmod: 'kmod' };

/** Debian 12's kernel: the oldest that Sluice promises to run on. */
const PACKAGE = /^linux-image-(6\.1\.0-\d+-amd64)$/;

/** The newest of the names that are such a package, null where none is. Unsigned and cloud kernels are others. */
export function newestPackage(names: readonly string[]): string | null {
  const abi = (name: string): number => Number(/-(\d+)-amd64$/.exec(name)?.[1]);
  const [newest] = names.filter((name) => PACKAGE.test(name)).sort((a, b) => abi(b) - abi(a));
  return newest ?? null;
}

/**
 * The kernel in the cache folder, else fetched there from Debian's archive by apt and unpacked. Throws Unavailable where apt
 * does not know one or cannot fetch it.
 */
export function kernelIn(cache: string): Kernel {
  mkdirSync(cache, { recursive: true });
  const name = newestPackage(readdirSync(cache)) ?? fetched(cache);
  const release = PACKAGE.exec(name)![1]!;
  return {
    release,
    image: join(cache, name, `boot/vmlinuz-${release}`),
    modules: join(cache, name, `lib/modules/${release}`),
  };
}

function fetched(cache: string): string {
  const name = newestPackage(run('apt-cache', ['pkgnames', 'linux-image-6.1.0-']).split('\n'));
  if (name === null)
    throw new Unavailable('apt knows no package linux-image-6.1.0-*-amd64 (Debian 12): run apt-get update');
  const folder = mkdtempSync(join(cache, 'fetch-'));
  try {
    try {
      run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', name], { cwd: folder });
    } catch (error) {
      throw new Unavailable(`${name} cannot be fetched: ${(error as Error).message}`, { cause: error });
    }
    const [archive] = readdirSync(folder);
    const root = join(folder, 'root');
    run('dpkg-deb', ['--extract', join(folder, archive!), root]);
    run('depmod', ['--basedir', root, PACKAGE.exec(name)![1]!]);
    // What lies under the package's name is always whole.
    if (!existsSync(join(cache, name))) renameSync(root, join(cache, name));
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
