import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Provenance, provenanceKey } from '@sluice/policy';
import { readIfThere, writeAtomic } from './atomic-file.js';

/** Longest life of a connection without traffic, in milliseconds: a cookie may be in a connection's memory that long. */
const REST_MS = 6 * 3600 * 1000;
const FIRST = 1;
const LAST = 0xffffffff;

interface Row {
  readonly cookie: number;
  readonly provenance: Provenance;
  /** When it was last seen unused, milliseconds since 1970; null: in use. */
  retired: number | null;
}

/**
 * A line of the journal. The first line of a compacted journal holds the next number, so that numbers never go back, and the
 * machine's boot that it was written in.
 */
type Line =
  | { readonly next: number; readonly boot?: string }
  | { readonly cookie: number; readonly provenance: Provenance; readonly retired?: number | null };

/**
 * Which rules stand behind the number that map entries and events carry. One line for each number, written before the number
 * is used in the kernel; a number keeps its meaning for ever and is not given out again within the longest life of a
 * connection. A last line cut short by a crash names a number that was never used, and is dropped. Nothing waits for the
 * disk: what outlives the process is enough, because the kernel's maps do not outlive the machine. So what a power failure
 * has left unreadable is dropped as well, but within one boot it is an error.
 */
export class CookieTable {
  private readonly byKey = new Map<string, Row>();
  private readonly byCookie = new Map<number, Row>();
  private boot: string | null = null;
  private next = FIRST;
  private lines = 0;
  private handle: number;

  constructor(
    private readonly path: string,
    private readonly now: () => number = Date.now,
    private readonly presentBoot: string = bootId(),
  ) {
    this.load();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.compact();
    this.handle = openSync(this.path, 'a', 0o600);
  }

  /** What a number stands for; null where it was never given out or long forgotten. */
  provenance(cookie: number): Provenance | null {
    return this.byCookie.get(cookie)?.provenance ?? null;
  }

  get size(): number {
    return this.byCookie.size;
  }

  /** Numbers for these provenances, new ones journalled with one write. They may be written to the kernel on return. */
  assign(provenances: readonly Provenance[]): number[] {
    const fresh: Row[] = [];
    const cookies = provenances.map((provenance) => {
      const key = provenanceKey(provenance);
      const known = this.byKey.get(key);
      if (known) {
        known.retired = null;
        return known.cookie;
      }
      const row: Row = { cookie: this.number(), provenance, retired: null };
      this.remember(key, row);
      fresh.push(row);
      return row.cookie;
    });
    if (fresh.length > 0) this.append(fresh);
    return cookies;
  }

  /** Tells which numbers the kernel uses; the others rest, and are forgotten long after any connection could name them. */
  retain(used: ReadonlySet<number>): void {
    for (const row of this.byCookie.values()) {
      if (used.has(row.cookie)) row.retired = null;
      else row.retired ??= this.now();
    }
    this.forget();
    if (this.lines > 1000 && this.lines > 4 * this.byCookie.size) {
      closeSync(this.handle);
      this.compact();
      this.handle = openSync(this.path, 'a', 0o600);
    }
  }

  close(): void {
    closeSync(this.handle);
  }

  private forget(): void {
    for (const [key, row] of this.byKey) {
      if (row.retired === null || this.now() - row.retired < REST_MS) continue;
      this.byKey.delete(key);
      this.byCookie.delete(row.cookie);
    }
  }

  private number(): number {
    while (this.byCookie.has(this.next)) this.advance();
    const cookie = this.next;
    this.advance();
    return cookie;
  }

  private advance(): void {
    this.next = this.next === LAST ? FIRST : this.next + 1;
  }

  private remember(key: string, row: Row): void {
    this.byKey.set(key, row);
    this.byCookie.set(row.cookie, row);
  }

  private append(rows: readonly Row[]): void {
    writeSync(
      this.handle,
      rows.map((row) => `${JSON.stringify({ cookie: row.cookie, provenance: row.provenance })}\n`).join(''),
    );
    this.lines += rows.length;
  }

  private load(): void {
    const content = readIfThere(this.path) ?? '';
    const lines = content.split('\n');
    lines.forEach((text, index) => {
      if (text === '') return;
      const line = parseLine(text);
      if (line) this.take(line);
      else if (index !== lines.length - 1 && this.boot === this.presentBoot)
        throw new Error(`${this.path}:${index + 1} cannot be read; restore it or remove it`);
    });
  }

  private take(line: Line): void {
    if ('next' in line) {
      this.next = line.next;
      this.boot = line.boot ?? null;
      return;
    }
    const row: Row = { cookie: line.cookie, provenance: line.provenance, retired: line.retired ?? null };
    this.remember(provenanceKey(line.provenance), row);
    if (line.cookie >= this.next) {
      this.next = line.cookie;
      this.advance();
    }
  }

  private compact(): void {
    const rows = [...this.byCookie.values()].map(({ cookie, provenance, retired }) =>
      JSON.stringify(retired === null ? { cookie, provenance } : { cookie, provenance, retired }),
    );
    // The header comes last too: rows move `next` on, and after a wrap it must not follow them.
    const header = JSON.stringify({ next: this.next, boot: this.presentBoot });
    writeAtomic(this.path, `${[header, ...rows, header].join('\n')}\n`);
    this.lines = rows.length + 2;
  }
}

/** Another one after each start of the machine. */
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function parseLine(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Line;
    if ('next' in line) return Number.isInteger(line.next) ? line : null;
    return Number.isInteger(line.cookie) && typeof line.provenance === 'object' ? line : null;
  } catch {
    return null;
  }
}
