/** What time it is, and how to be called later. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, in `ms` or later, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

/** Injection token. */
export const CLOCK = Symbol('Clock');

/** The machine's clock; its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
