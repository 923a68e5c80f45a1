import { existsSync, readdirSync, readlinkSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, output } from './exec.js';

/** Makes a network namespace bound to `file`, its loopback up. Throws LabError. */
export async function addNetns(file: string): Promise<void> {
  writeFileSync(file, '', { flag: 'wx' });
  try {
    await run('unshare', [`--net=${file}`, '--', 'ip', 'link', 'set', 'lo', 'up']);
  } catch (error) {
    await removeNetns(file);
    throw error;
  }
}

/** Lets the namespace go; it ends with its last process. Idempotent. */
export async function removeNetns(file: string): Promise<void> {
  if (!existsSync(file)) return;
  await output('umount', ['-l', file]);
  unlinkSync(file);
}

/** `ip -batch` inside the namespace. Throws LabError at the first line that fails. */
export async function ipIn(file: string, lines: readonly string[]): Promise<void> {
  await run('nsenter', [`--net=${file}`, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/**
 * Processes whose network namespace is one of the files in `dir`. Nothing but the lab's own can be there, so this finds
 * what a lab started even where it died before it could write it down.
 */
export function processesIn(dir: string): number[] {
  const inodes = new Set<string>();
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const { ino } = statSync(join(dir, name));
    inodes.add(`net:[${ino}]`);
  }
  if (inodes.size === 0) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && inodes.has(netnsOf(name)))
    .map(Number);
}

function netnsOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
}
