import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { SegmentReader, type SegmentContent } from './lines.js';

/** One file of the ring. */
export interface Segment {
  /** When it begins, milliseconds since 1970; its name. */
  readonly start: number;
  readonly bytes: number;
}

const NAME = /^(\d{15})\.rows$/;
const LINES_PER_TURN = 500;

/**
 * The ring's files, oldest first. Writing is never awaited by whoever counts, nor synced but where a file is replaced: after a
 * power failure the last minutes may be missing. Methods reject with the error of the file system.
 */
export class Segments {
  private known: Segment[] = [];

  constructor(private readonly folder: string) {}

  get list(): readonly Segment[] {
    return this.known;
  }

  get bytes(): number {
    return this.known.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Finds what an earlier agent left. */
  async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const found: Segment[] = [];
    for (const name of await readdir(this.folder)) {
      const start = NAME.exec(name)?.[1];
      const path = join(this.folder, name);
      if (start !== undefined) found.push({ start: Number(start), bytes: (await stat(path)).size });
      else if (name.endsWith('.tmp')) await rm(path, { force: true });
    }
    this.known = found.sort((a, b) => a.start - b.start);
  }

  async append(start: number, text: string): Promise<void> {
    const path = this.path(start);
    await appendFile(path, text, { mode: 0o600 });
    this.note(start, (await stat(path)).size);
  }

  /** Replaces a file: a crash leaves the old or the new one. A failure leaves the old one. */
  async replace(start: number, text: string): Promise<void> {
    const path = this.path(start);
    const temporary = `${path}.tmp`;
    try {
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(text);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    this.note(start, Buffer.byteLength(text));
  }

  /** Reads one file in slices of the event loop's time. A file that is gone holds nothing. */
  async read(start: number): Promise<SegmentContent> {
    const reader = new SegmentReader();
    const text = await readFile(this.path(start), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    let from = 0;
    for (let n = 1; from < text.length; n++) {
      const newline = text.indexOf('\n', from);
      const to = newline === -1 ? text.length : newline;
      reader.take(text.slice(from, to));
      from = to + 1;
      if (n % LINES_PER_TURN === 0) await turn();
    }
    return reader.result();
  }

  /** Removes the oldest files until the rest fits and is not older than `oldest`; never the one that begins at `keep`. */
  async trim(mostBytes: number, oldest: number, keep: number): Promise<void> {
    for (;;) {
      const [first, second] = this.known;
      if (first === undefined || first.start === keep) return;
      const ended = second?.start ?? Infinity;
      if (this.bytes <= mostBytes && ended >= oldest) return;
      await this.remove(first.start);
    }
  }

  async remove(start: number): Promise<void> {
    await rm(this.path(start), { force: true });
    this.known = this.known.filter((segment) => segment.start !== start);
  }

  private path(start: number): string {
    return join(this.folder, `${String(start).padStart(15, '0')}.rows`);
  }

  private note(start: number, bytes: number): void {
    const others = this.known.filter((segment) => segment.start !== start);
    this.known = [...others, { start, bytes }].sort((a, b) => a.start - b.start);
  }
}
