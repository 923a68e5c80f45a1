/** What `scripts/bench --json` prints. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `>= 0.92`; null: no goal. */
  readonly goal: string | null;
  /** null: the rounds cannot decide, or there is no goal. */
  readonly met: boolean | null;
  /** What stands beside it: other variants of the same run, published figures. */
  readonly beside: Readonly<Record<string, number | string>>;
}
export interface Report {
  readonly bench: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

const round = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** A Markdown table, as in the README. */
export function table(report: Report): string {
  const lines = report.rows.map((row) => {
    const beside = Object.entries(row.beside).map(
      ([name, v]) => `${name} ${typeof v === 'number' ? round(v) : v}`,
    );
    const verdict = row.goal === null ? '' : row.met === null ? 'undecided' : row.met ? 'yes' : 'no';
    return `| ${row.name} | ${round(row.value)} ${row.unit} | ${row.goal ?? ''} | ${verdict} | ${beside.join(', ')} |`;
  });
  return [
    `${report.bench} (${report.rounds} rounds)`,
    '',
    '| what | value | goal | met | beside |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
