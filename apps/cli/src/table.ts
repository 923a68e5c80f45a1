import Table from 'cli-table3';
import { printable } from './printable.js';

/** One column: its title, what it shows of a row, and whether only `-o wide` has it. */
export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  readonly wide?: boolean;
}

const EMPTY = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
} as const;
const BARE = {
  ...EMPTY,
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
};

/** Aligned columns without frames, a line each row, blanks at line ends cut; an empty cell shows as `-`. */
export function formatTable<T>(rows: readonly T[], columns: readonly Column<T>[], wide: boolean): string {
  const shown = columns.filter((column) => wide || column.wide !== true);
  const table = new Table({
    head: shown.map((column) => column.title),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(shown.map((column) => printable(column.value(row)) || '-'));
  return table
    .toString()
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
