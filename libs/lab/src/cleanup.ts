import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './errors.js';
import { output, until } from './exec.js';
import { processesIn } from './netns.js';
import { livingOwner } from './owner.js';
import { type LabPaths, labPaths, LABS_DIR } from './paths.js';

/** What of a lab is there: empty lists mean nothing. */
export interface Remains {
  readonly processes: readonly number[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
}

/** Names of labs of which there is anything. */
export function labNames(): string[] {
  return existsSync(LABS_DIR) ? readdirSync(LABS_DIR) : [];
}

/** Looks at what is there of a lab. */
export function remains(name: string): Remains {
  const paths = labPaths(name);
  return {
    processes: processesOf(paths),
    mounts: mountsBelow(paths.dir),
    cgroups: existsSync(paths.cgroup) ? [paths.cgroup] : [],
    folders: existsSync(paths.dir) ? [paths.dir] : [],
  };
}

/**
 * Ends a lab and removes all that it made, also what a crashed one left. Asks a living owner to end first. Idempotent.
 * Throws LabError where something resists.
 */
export async function destroyLab(name: string): Promise<void> {
  const paths = labPaths(name);
  const owner = livingOwner(paths.owner);
  if (owner !== null && owner.pid !== process.pid) {
    process.kill(owner.pid, 'SIGTERM');
    await until(`lab ${name}'s process ${owner.pid} ends`, () => livingOwner(paths.owner) === null, 30_000);
  }
  await sweep(paths);
}

/** Removes everything of a lab that nobody runs. */
export async function sweep(paths: LabPaths): Promise<void> {
  await until('the lab’s processes end', () => killAll(paths), 10_000);
  // Deepest first.
  for (const mount of mountsBelow(paths.dir).sort((a, b) => b.length - a.length))
    await output('umount', ['-l', mount]);
  const left = mountsBelow(paths.dir);
  if (left.length > 0)
    throw new LabError(`still mounted: ${left.join(', ')}`, 'umount them, then: sluice lab down');
  rmSync(paths.dir, { recursive: true, force: true });
  await until('the lab’s cgroups go', () => removeCgroups(paths.cgroup), 5_000);
}

function killAll(paths: LabPaths): boolean {
  const found = processesOf(paths);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
  return found.length === 0;
}

function processesOf(paths: LabPaths): number[] {
  return [...new Set([...processesIn(paths.netns), ...cgroupProcesses(paths.cgroup)])];
}

function cgroupProcesses(dir: string): number[] {
  if (!existsSync(dir)) return [];
  const own = readFileSync(join(dir, 'cgroup.procs'), 'utf8').trim().split('\n').filter(Boolean).map(Number);
  return [...own, ...subfolders(dir).flatMap((sub) => cgroupProcesses(join(dir, sub)))].filter(
    (pid) => pid > 0,
  );
}

function removeCgroups(dir: string): boolean {
  if (!existsSync(dir)) return true;
  for (const sub of subfolders(dir)) removeCgroups(join(dir, sub));
  rmdirSync(dir);
  return true;
}

const subfolders = (dir: string) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

function mountsBelow(dir: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => mount.startsWith(`${dir}/`));
}
