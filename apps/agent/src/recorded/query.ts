import { setImmediate as turn } from 'node:timers/promises';
import type { PolicyRefInput, RecordedFlowInput, RuleRefInput } from '@sluice/api';
import { labelsKey, type Labels } from '@sluice/labels';
import type { RowContent } from './row.js';
import type { Segments } from './segments.js';
import type { CountedRow, Table } from './table.js';

/** Which rows are wanted. */
export interface Wanted {
  /** Milliseconds since 1970; rows that were seen at or after it. */
  readonly since: number;
  readonly stagedOnly: boolean;
  /** Only what it decided, would have decided, or isolates; null: all. */
  readonly policy: PolicyRefInput | null;
  /** Only what was decided for workloads with exactly these labels; empty: all. */
  readonly subject: Labels;
  /** Rows at most. */
  readonly limit: number;
}

export interface Found {
  /** Newest first, without the node's name. */
  readonly flows: readonly RecordedFlowInput[];
  /** RFC 3339; when the ring begins. */
  readonly since: string;
  readonly truncated: boolean;
}

const ROWS_PER_TURN = 1000;

interface Sum {
  count: number;
  first: number;
  last: number;
}

const sameRef = (a: PolicyRefInput | null | undefined, b: PolicyRefInput): boolean =>
  a?.kind === b.kind && a?.scope === b.scope && a?.name === b.name;

/** Whether a policy is among those that decided, would have decided, or isolate. */
function names(row: RowContent, policy: PolicyRefInput): boolean {
  const rules: RuleRefInput[] = [...(row.rules ?? []), ...(row.stagedRules ?? [])];
  const refs = [
    ...rules.map((rule) => rule.policy),
    ...(row.isolating ?? []),
    ...(row.stagedIsolating ?? []),
  ];
  return refs.some((ref) => sameRef(ref, policy));
}

/** Labels of the end whose policy was asked. */
function subjectKey({ direction, source, destination }: RowContent): string {
  const labels = (direction === 'egress' ? source : destination)?.labels ?? [];
  return labelsKey(labels as Labels);
}

/** The rows of many segments, those alike added up; bounded. */
class Sums {
  private readonly byContent = new Map<string, Sum>();
  truncated = false;

  private readonly subject: string | null;

  constructor(private readonly wanted: Wanted) {
    this.subject = wanted.subject.length === 0 ? null : labelsKey(wanted.subject);
  }

  add({ content, count, first, last }: CountedRow): void {
    if (last < this.wanted.since || count === 0) return;
    const sum = this.byContent.get(content);
    if (sum !== undefined) {
      sum.count += count;
      sum.first = Math.min(sum.first, first);
      sum.last = Math.max(sum.last, last);
    } else if (this.isWanted(content)) {
      if (this.byContent.size < this.wanted.limit) this.byContent.set(content, { count, first, last });
      else this.truncated = true;
    }
  }

  private isWanted(content: string): boolean {
    const { stagedOnly, policy } = this.wanted;
    if (!stagedOnly && policy === null && this.subject === null) return true;
    const row = JSON.parse(content) as RowContent;
    if (stagedOnly && row.staged === undefined) return false;
    if (policy !== null && !names(row, policy)) return false;
    return this.subject === null || subjectKey(row) === this.subject;
  }

  /** Newest first; in slices of the event loop's time. */
  async flows(): Promise<RecordedFlowInput[]> {
    const newest = [...this.byContent].sort(([, a], [, b]) => b.last - a.last);
    const flows: RecordedFlowInput[] = [];
    for (const [content, { count, first, last }] of newest) {
      const times = { first: new Date(first).toISOString(), last: new Date(last).toISOString() };
      flows.push({ ...(JSON.parse(content) as RowContent), count, ...times });
      if (flows.length % ROWS_PER_TURN === 0) await turn();
    }
    return flows;
  }
}

/**
 * Adds up the present segment and those on disk, the newest first, so that a limit leaves out the oldest. A row counts whole where
 * its segment has seen it at or after `since`: a segment is an hour.
 */
export async function collect(
  ring: { readonly table: Table; readonly segments: Segments },
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Found> {
  const { table, segments } = ring;
  const sums = new Sums(wanted);
  const files = segments.list.filter(({ start }) => start !== table.start);
  const begin = Math.min(table.start, files[0]?.start ?? Infinity);
  sums.truncated = table.overflow > 0;
  for (const row of table.rows()) sums.add(row);
  let ended = table.start;
  for (const { start } of [...files].reverse()) {
    if (ended < wanted.since || signal.aborted) break;
    const { rows, overflow } = await segments.read(start);
    sums.truncated ||= overflow > 0;
    for (const row of rows) sums.add(row);
    ended = start;
  }
  return { flows: await sums.flows(), since: new Date(begin).toISOString(), truncated: sums.truncated };
}
