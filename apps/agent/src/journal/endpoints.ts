import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { EndpointRecord } from '../endpoints/record.js';
import { readIfThere, removeDurably, writeAtomic } from './atomic-file.js';

/** What could not be read; the file is kept beside as `.corrupt`. */
export interface CorruptRecord {
  readonly file: string;
  readonly reason: string;
}

/** One file for each endpoint, written before anything of it is in the kernel and removed after everything of it is gone. */
export class EndpointJournal {
  private readonly records = new Map<number, EndpointRecord>();
  readonly corrupt: CorruptRecord[] = [];

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(folder)) if (file.endsWith('.json')) this.load(file);
  }

  all(): readonly EndpointRecord[] {
    return [...this.records.values()].sort((a, b) => a.id - b.id);
  }

  get(id: number): EndpointRecord | null {
    return this.records.get(id) ?? null;
  }

  /** On disk when it returns. */
  put(record: EndpointRecord): void {
    writeAtomic(this.path(record.id), `${JSON.stringify(record)}\n`);
    this.records.set(record.id, record);
  }

  /** Gone from disk when it returns. */
  remove(id: number): void {
    removeDurably(this.path(id));
    this.records.delete(id);
  }

  private load(file: string): void {
    const path = join(this.folder, file);
    try {
      const record = JSON.parse(readIfThere(path) ?? '') as EndpointRecord;
      if (record.version !== 1) throw new Error(`unknown version ${String(record.version)}`);
      if (`${record.id}.json` !== file) throw new Error('the file has another endpoint’s name');
      this.records.set(record.id, record);
    } catch (error) {
      // Never guessed at: the endpoint's programs stay attached and keep dropping or holding what they held.
      renameSync(path, `${path}.corrupt`);
      this.corrupt.push({ file: path, reason: (error as Error).message });
    }
  }

  private path(id: number): string {
    return join(this.folder, `${id}.json`);
  }
}
