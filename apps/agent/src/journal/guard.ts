import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GuardRecord } from '@sluice/store';
import { readIfThere, writeAtomic } from './atomic-file.js';

const DURABLE_EVERY_MS = 1_000;

/**
 * Which store this node knows, and how far it has read it. Two files: one that is written through to the disk when the store
 * becomes another and once a second while it moves on, and beside it `<path>.now`, which has every revision at once. The
 * second outlives the process but not always the machine, and there nothing that it guards outlives the machine either.
 */
export class GuardFile implements Disposable {
  private present: GuardRecord | null;
  private durable: GuardRecord | null;
  private readonly handle: number;
  private timer: NodeJS.Timeout | null = null;

  /** Reads what is there. Throws where the durable file is unreadable: a guard is never forgotten silently. */
  constructor(private readonly path: string) {
    const content = readIfThere(path);
    this.durable = content === null ? null : (JSON.parse(content) as GuardRecord);
    this.present = later(this.durable, parse(readIfThere(this.recent)));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.handle = openSync(this.recent, 'w', 0o600);
    if (this.present) this.note(this.present);
  }

  get record(): GuardRecord | null {
    return this.present;
  }

  /** Keeps a record. Another store is on disk when this returns, a later revision of the same one within a second. */
  keep(record: GuardRecord): void {
    const { present } = this;
    if (present && sameStore(present, record) && present.revision === record.revision) return;
    this.present = record;
    if (!this.durable || !sameStore(this.durable, record)) this.flush();
    this.note(record);
    this.timer ??= setTimeout(() => this.flush(), DURABLE_EVERY_MS).unref();
  }

  [Symbol.dispose](): void {
    this.flush();
    closeSync(this.handle);
  }

  private get recent(): string {
    return `${this.path}.now`;
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.present === null || this.present === this.durable) return;
    writeAtomic(this.path, JSON.stringify(this.present));
    this.durable = this.present;
  }

  /** One write of one length: a killed process leaves the old or the new record. */
  private note(record: GuardRecord): void {
    const line = JSON.stringify(record).padEnd(255) + '\n';
    if (writeSync(this.handle, line, 0) < line.length) ftruncateSync(this.handle, 0);
  }
}

const sameStore = (a: GuardRecord, b: GuardRecord): boolean =>
  a.uuid === b.uuid && a.generation === b.generation;

/** What was noted counts only for the store that is durably known: it never changes which store that is. */
function later(durable: GuardRecord | null, noted: GuardRecord | null): GuardRecord | null {
  if (!durable || !noted || !sameStore(durable, noted)) return durable;
  return noted.revision > durable.revision ? noted : durable;
}

function parse(content: string | null): GuardRecord | null {
  try {
    const record = JSON.parse(content ?? '') as Partial<GuardRecord>;
    const { uuid, generation, revision } = record;
    const sound = typeof uuid === 'string' && Number.isInteger(generation) && Number.isInteger(revision);
    return sound ? (record as GuardRecord) : null;
  } catch {
    return null;
  }
}
