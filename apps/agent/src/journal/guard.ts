import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GuardRecord } from '@sluice/store';
import { readIfThere, writeAside, writeAtomic } from './atomic-file.js';

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
  private writing: Promise<void> = Promise.resolve();
  private closed = false;

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

  /**
   * Keeps a record. Another store, or that it was set back, is on disk when this returns, a later revision of the same one within a second.
   * Throws where the disk does not take the former; it is tried again with the next record.
   */
  keep(record: GuardRecord): void {
    const { present } = this;
    const isDurable = this.durable !== null && sameStore(this.durable, record);
    if (isDurable && present && sameStore(present, record) && present.revision === record.revision) return;
    this.present = record;
    if (!isDurable) this.flush();
    this.note(record);
    this.plan();
  }

  /** Resolves once what was begun to be written is on disk, or has failed. */
  settled(): Promise<void> {
    return this.writing;
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.flush();
    closeSync(this.handle);
  }

  private get recent(): string {
    return `${this.path}.now`;
  }

  private plan(): void {
    if (this.closed || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.writing = this.writing.then(() => this.moveOn());
    }, DURABLE_EVERY_MS).unref();
  }

  /**
   * Writes how far the store was read, while others go on: a disk takes milliseconds, in which no policy would be written. A disk that
   * is full is no reason to end: it is tried again a second later, and `<path>.now` was written.
   */
  private async moveOn(): Promise<void> {
    const record = this.present;
    if (record === null || record === this.durable) return;
    try {
      const done = await writeAside(this.path, JSON.stringify(record));
      // Meanwhile it may have become another store's, or this is closed, with everything written.
      if (this.closed || !this.durable || !sameStore(this.durable, record)) return;
      await done();
      this.durable = record;
    } catch {
      this.plan();
    }
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
  a.uuid === b.uuid && a.generation === b.generation && (a.rewound ?? false) === (b.rewound ?? false);

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
