import type { RecordedBatchInput, RecordedRequest } from '@sluice/api';
import type { Labels } from '@sluice/labels';
import { AgentError } from '../util/errors.js';
import type { Found, Wanted } from './query.js';

const DEFAULT_ROWS = 10_000;
const MOST_ROWS = 100_000;
const ROWS_PER_BATCH = 500;

/** Who knows the counted flows. */
export interface Recorded {
  find(wanted: Wanted, signal: AbortSignal): Promise<Found>;
}

/** Answers the control plane's question in batches; the last one tells when the ring begins. Throws AgentError INVALID_ARGUMENT. */
export async function answerRecorded(
  recorder: Recorded,
  node: string,
  { since, stagedOnly, policy, limit, subject }: RecordedRequest,
  write: (batch: RecordedBatchInput) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const from = since === '' ? 0 : Date.parse(since);
  if (Number.isNaN(from)) throw new AgentError('INVALID_ARGUMENT', `${JSON.stringify(since)} is no time`);
  const most = limit === 0 ? DEFAULT_ROWS : Math.min(limit, MOST_ROWS);
  const found = await recorder.find(
    { since: from, stagedOnly, policy, limit: most, subject: subject as Labels },
    signal,
  );
  const flows = found.flows.map((flow) => ({ ...flow, node }));
  for (let i = 0; i < flows.length && !signal.aborted; i += ROWS_PER_BATCH)
    await write({ node, flows: flows.slice(i, i + ROWS_PER_BATCH) });
  if (!signal.aborted) await write({ node, since: found.since, truncated: found.truncated });
}
