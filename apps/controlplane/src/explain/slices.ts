import { setImmediate as turn } from 'node:timers/promises';

/** How long other calls may wait for this one at a time, in milliseconds. */
const SLICE_MS = 8;

/** Runs small steps to their end, and lets others run every few milliseconds. Rejects with the signal's reason once it aborts. */
export async function inSlices<T>(steps: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  let start = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - start < SLICE_MS) continue;
    await turn();
    signal?.throwIfAborted();
    start = performance.now();
  }
}
