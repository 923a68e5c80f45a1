import type { FlowResolver } from '@sluice/flows';
import { messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { Mutex } from '../util/mutex.js';
import { countOf, overflowLine, wholeRow } from './lines.js';
import { Meter } from './meter.js';
import { collect, type Found, type Wanted } from './query.js';
import { Segments } from './segments.js';
import { Table } from './table.js';

export interface RecorderLimits {
  /** Rows of one segment; more are counted as overflow. */
  readonly rows: number;
  /** Length of a segment in milliseconds. */
  readonly segmentMs: number;
  readonly flushMs: number;
  readonly keepMs: number;
  readonly bytes: number;
  /** Size at which a segment's file is written anew, without the counts that later ones replace. */
  readonly segmentBytes: number;
}

const HOUR_MS = 3_600_000;
const LIMITS: RecorderLimits = {
  rows: 8192,
  segmentMs: HOUR_MS,
  flushMs: 10_000,
  keepMs: 7 * 24 * HOUR_MS,
  bytes: 64 * 1024 * 1024,
  segmentBytes: 4 * 1024 * 1024,
};

export interface RecorderOptions {
  readonly folder: string;
  readonly resolver: () => FlowResolver;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly limits?: Partial<RecorderLimits>;
}

export interface RecorderStatus {
  /** RFC 3339; when what is kept begins. */
  readonly since: string;
  readonly bytes: number;
  /** Rows of the present segment, in memory. */
  readonly rows: number;
  /** Events of the present segment that are in no row, because there was no room. */
  readonly overflow: number;
  /** Lines that could not be read since this agent began. */
  readonly corrupt: number;
  /** Why what is counted cannot be written now; null: it can. */
  readonly error: string | null;
}

/**
 * The ring of counted flows on this node's disk: who talked to whom and what decided, for days. Counting never waits for the disk:
 * rows are in memory, bounded, and written every few seconds. A disk that is full or broken costs history and nothing else.
 */
export class FlowRecorder implements AsyncDisposable {
  private readonly limits: RecorderLimits;
  private readonly now: () => number;
  private readonly segments: Segments;
  private readonly meter: Meter;
  private readonly writing = new Mutex();
  private readonly reading = new Mutex();
  private table: Table;
  private writtenOverflow = 0;
  private opened = false;
  /** The file does not hold what was handed out for it: it is to be written anew. */
  private stale = true;
  private corrupt = 0;
  private error: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> | null = null;

  constructor(private readonly options: RecorderOptions) {
    this.limits = { ...LIMITS, ...options.limits };
    this.now = options.now ?? Date.now;
    this.segments = new Segments(options.folder);
    this.table = new Table(this.now(), this.limits.rows);
    this.meter = new Meter(this.table, options.resolver);
  }

  /** Begins to write every few seconds; what an earlier agent left is found before the first time. */
  start(): void {
    this.timer = setInterval(() => void this.flush(), this.limits.flushMs);
    this.timer.unref();
    void this.flush();
  }

  /** Counts events of the kernel's ring. */
  add(records: readonly Buffer[]): void {
    this.meter.add(records, this.now());
  }

  get status(): RecorderStatus {
    const { segments, table, corrupt, error } = this;
    const since = new Date(this.begin).toISOString();
    return { since, bytes: segments.bytes, rows: table.size, overflow: table.overflow, corrupt, error };
  }

  /**
   * Writes what is new; while a write goes on (a disk may hang), waits for that one. Never rejects: the status tells what is wrong,
   * and the next flush tries again.
   */
  flush(): Promise<void> {
    return (this.flushing ??= this.flushOnce().finally(() => (this.flushing = null)));
  }

  private async flushOnce(): Promise<void> {
    await this.writing.run(async () => {
      try {
        await this.write();
        if (this.error !== null) this.options.log.info('flows are recorded again', {});
        this.error = null;
      } catch (error) {
        this.stale = true;
        const message = messageOf(error);
        if (this.error === null)
          this.options.log.warn('flows cannot be recorded on disk', { error: message });
        this.error = message;
      }
    });
  }

  /** What was asked for, newest first; one question at a time. Rejects where the files cannot be read. */
  async find(wanted: Wanted, signal: AbortSignal): Promise<Found> {
    return this.reading.run(async () => {
      await this.writing.run(() => (this.opened ? undefined : this.open().catch(() => undefined)));
      return collect({ table: this.table, segments: this.segments }, wanted, signal);
    });
  }

  private get begin(): number {
    return Math.min(this.table.start, this.segments.list[0]?.start ?? Infinity);
  }

  private async write(): Promise<void> {
    if (!this.opened) await this.open();
    this.meter.period(this.table);
    const age = this.now() - this.table.start;
    if (age >= this.limits.segmentMs || age < -this.limits.segmentMs) await this.roll();
    const present = this.segments.list.find(({ start }) => start === this.table.start);
    if (this.stale || !present || present.bytes > this.limits.segmentBytes) await this.rewrite(this.table);
    else await this.append();
    await this.segments.trim(this.limits.bytes, this.now() - this.limits.keepMs, this.table.start);
  }

  /** Finds the files; what began within the last hour goes on, so that a node that restarts often has no more files. */
  private async open(): Promise<void> {
    await this.segments.open();
    const last = this.segments.list.at(-1);
    const { start } = this.table;
    if (last && start - last.start < this.limits.segmentMs && last.start <= start) {
      const { rows, overflow, corrupt } = await this.segments.read(last.start);
      const table = new Table(last.start, this.limits.rows);
      table.absorb(rows, overflow);
      table.absorb(this.table.rows(), this.table.overflow);
      this.corrupt += corrupt;
      this.begun(table);
    }
    this.opened = true;
  }

  /** Ends the segment. Where it cannot be written, it goes on in the next one. */
  private async roll(): Promise<void> {
    const ended = this.table;
    const { stale } = this;
    this.begun(new Table(this.now(), this.limits.rows));
    try {
      if (ended.size > 0 || stale) await this.rewrite(ended);
    } catch (error) {
      const table = new Table(ended.start, this.limits.rows);
      table.absorb(ended.rows(), ended.overflow);
      table.absorb(this.table.rows(), this.table.overflow);
      this.begun(table);
      throw error;
    }
  }

  private begun(table: Table): void {
    this.table = table;
    this.writtenOverflow = 0;
    this.stale = true;
    this.meter.period(table);
  }

  private async rewrite(table: Table): Promise<void> {
    const lines: string[] = [overflowLine(table.overflow)];
    for (const row of table.rows()) {
      row.written = row.count;
      lines.push(wholeRow(row));
    }
    if (table === this.table) this.writtenOverflow = table.overflow;
    await this.segments.replace(table.start, lines.join(''));
    if (table === this.table) this.stale = false;
  }

  private async append(): Promise<void> {
    const lines: string[] = [];
    for (const row of this.table.rows()) {
      if (row.count === row.written) continue;
      lines.push(row.written === 0 ? wholeRow(row) : countOf(row));
      row.written = row.count;
    }
    if (this.table.overflow !== this.writtenOverflow) lines.push(overflowLine(this.table.overflow));
    this.writtenOverflow = this.table.overflow;
    if (lines.length > 0) await this.segments.append(this.table.start, lines.join(''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }
}
