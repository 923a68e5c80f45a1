/** One row while it is counted. Times in milliseconds since 1970. */
export interface Row {
  /** Its place in the segment's file. */
  readonly index: number;
  /** The content as JSON, which also is its key. */
  readonly content: string;
  readonly denied: boolean;
  count: number;
  first: number;
  last: number;
  /** Count that was handed out to be written last. */
  written: number;
}

/** A row as it is on disk. */
export interface CountedRow {
  readonly content: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The rows of one segment of the ring, bounded. Those that tell a denial have at most half of the room, so that a scan, which
 * makes a row for each port that it tries, never keeps what is let through from being counted.
 */
export class Table {
  private readonly byContent = new Map<string, Row>();
  private denied = 0;
  /** Events that are in no row, because there was no room. */
  overflow = 0;

  /** `start`: when it begins, milliseconds since 1970; `most`: rows. */
  constructor(
    readonly start: number,
    readonly most: number,
  ) {}

  get size(): number {
    return this.byContent.size;
  }

  rows(): IterableIterator<Row> {
    return this.byContent.values();
  }

  /** The row with this content; null where there is no room for one more. */
  row(content: string, denied: boolean, now: number): Row | null {
    const known = this.byContent.get(content);
    if (known !== undefined) return known;
    if (this.byContent.size >= this.most || (denied && this.denied >= this.most / 2)) return null;
    const row = { index: this.byContent.size, content, denied, count: 0, first: now, last: now, written: 0 };
    this.byContent.set(content, row);
    if (denied) this.denied++;
    return row;
  }

  /** Adds what is counted elsewhere. */
  absorb(rows: Iterable<CountedRow>, overflow: number): void {
    this.overflow += overflow;
    for (const { content, count, first, last } of rows) {
      const row = this.row(content, tellsDenialOf(content), first);
      if (row === null) {
        this.overflow += count;
        continue;
      }
      row.count += count;
      row.first = Math.min(row.first, first);
      row.last = Math.max(row.last, last);
    }
  }
}

function tellsDenialOf(content: string): boolean {
  const { verdict, staged } = JSON.parse(content) as { verdict?: string; staged?: string };
  return staged === undefined ? verdict === 'DROPPED' : staged === 'DROPPED';
}
