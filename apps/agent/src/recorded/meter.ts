import { decodeFlowEvent, flowKey, tellsDenial } from '@sluice/datapath';
import type { FlowResolver } from '@sluice/flows';
import { rowOf } from './row.js';
import type { Row, Table } from './table.js';

/** Events that are decoded in one period at most; half of them for denials. Some 10 µs each. */
const NEW_PER_PERIOD = 4096;
/** And of one batch, so that the event loop is not held for long. */
const NEW_PER_BATCH = 1024;

/**
 * Counts packed events into the rows of a table. Only the first event of a kind in a period is decoded and named; the others cost
 * a look-up by their bytes. A period ends before a number could get another meaning.
 */
export class Meter {
  private readonly known = new Map<string, Row | null>();
  private news = 0;
  private newsOfBatch = 0;
  private denials = 0;

  constructor(
    private table: Table,
    private readonly resolver: () => FlowResolver,
    private readonly newPerPeriod = NEW_PER_PERIOD,
  ) {}

  /** Begins a new period, on the given table. */
  period(table: Table): void {
    this.table = table;
    this.known.clear();
    this.news = 0;
    this.denials = 0;
  }

  /** Counts events of the kernel's ring that came at `now`, milliseconds since 1970. Never throws for what they say. */
  add(records: readonly Buffer[], now: number): void {
    this.newsOfBatch = 0;
    for (const record of records) {
      const key = flowKey(record);
      if (key === null) continue;
      let row = this.known.get(key);
      if (row === undefined) row = this.first(key, record, now);
      if (row === null) {
        this.table.overflow++;
        continue;
      }
      row.count++;
      row.last = now;
    }
  }

  private first(key: string, record: Buffer, now: number): Row | null {
    const denied = tellsDenial(record);
    if (this.news >= this.newPerPeriod || this.newsOfBatch >= NEW_PER_BATCH) return null;
    if (denied && this.denials >= this.newPerPeriod / 2) return null;
    this.news++;
    this.newsOfBatch++;
    if (denied) this.denials++;
    const content = JSON.stringify(rowOf(decodeFlowEvent(record), this.resolver()));
    const row = this.table.row(content, denied, now);
    this.known.set(key, row);
    return row;
  }
}
