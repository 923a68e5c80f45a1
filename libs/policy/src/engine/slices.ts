/** Work that says where it may pause. */
export type Pausable<T> = Generator<void, T>;

/** Does all of it without a pause. */
export function atOnce<T>(work: Pausable<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/**
 * Does it in slices of some milliseconds, between which timers, sockets and whatever else waits for the event loop has its turn.
 * One step between two pauses is never cut.
 */
export async function inSlices<T>(work: Pausable<T>, sliceMs: number): Promise<T> {
  let until = performance.now() + sliceMs;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await turn();
    until = performance.now() + sliceMs;
  }
}
