import { readFileSync, writeFileSync } from 'node:fs';

/** The process that runs a lab; its start time tells it from a later one of the same number. */
export interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** Start time of a process in clock ticks since boot; null where there is none. */
export function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks and brackets: fields are counted behind its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Writes down that the present process runs the lab. */
export function writeOwner(file: string): void {
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: startTime(process.pid) }), { mode: 0o600 });
}

/** Who runs the lab now; null where nobody does. */
export function livingOwner(file: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    return startTime(owner.pid) === owner.started ? owner : null;
  } catch {
    return null;
  }
}
