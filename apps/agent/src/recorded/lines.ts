import { crc32 } from 'node:zlib';
import type { CountedRow, Row } from './table.js';

/**
 * A segment's file: lines of JSON, each behind its checksum. `[index, count, first, last, content]` is a row; later lines of the
 * same index carry newer counts and no content. `{"overflow": n}` tells how many events were in no row so far.
 */
type Line =
  readonly [index: number, count: number, first: number, last: number, content?: unknown] | Overflow;
interface Overflow {
  readonly overflow: number;
}

/** What a file holds; `corrupt` counts lines that cannot be read. */
export interface SegmentContent {
  readonly rows: readonly CountedRow[];
  readonly overflow: number;
  readonly corrupt: number;
}

const CHECKSUM = 8;

const checked = (json: string): string => `${crc32(json).toString(16).padStart(CHECKSUM, '0')} ${json}`;

const line = (json: string): string => `${checked(json)}\n`;

const start = ({ index, count, first, last }: Row): string => `[${index},${count},${first},${last}`;

/** A row with its content. */
export function wholeRow(row: Row): string {
  return line(`${start(row)},${row.content}]`);
}

/** Newer counts of a row that is in the file. */
export function countOf(row: Row): string {
  return line(`${start(row)}]`);
}

export function overflowLine(overflow: number): string {
  return line(JSON.stringify({ overflow } satisfies Overflow));
}

/** Null where the line is cut or changed. */
function parse(text: string): Line | null {
  const json = text.slice(CHECKSUM + 1);
  if (text !== checked(json)) return null;
  try {
    return JSON.parse(json) as Line;
  } catch {
    return null;
  }
}

/** Reads a file's lines one by one, so that the reader can pause; what is cut or corrupt is skipped and counted. */
export class SegmentReader {
  private readonly rows = new Map<number, CountedRow>();
  private overflow = 0;
  private corrupt = 0;

  take(text: string): void {
    if (text === '') return;
    const read = parse(text);
    if (read === null) this.corrupt++;
    else if ('overflow' in read) this.overflow = read.overflow;
    else this.count(read);
  }

  private count([index, count, first, last, content]: readonly [
    number,
    number,
    number,
    number,
    unknown?,
  ]): void {
    const text = content === undefined ? this.rows.get(index)?.content : JSON.stringify(content);
    if (text === undefined) this.corrupt++;
    else this.rows.set(index, { content: text, count, first, last });
  }

  result(): SegmentContent {
    return { rows: [...this.rows.values()], overflow: this.overflow, corrupt: this.corrupt };
  }
}
