import { type Batch, keys, type PolicyValue } from '@sluice/store';
import { Counter, Histogram, type Registry } from '@sluice/telemetry';

/** Of passes: from a change of one class to all of a large node. */
const PASS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** From the apply to this kernel: clocks of two machines are in it, so nothing below a millisecond means anything. */
const REALIZED_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
/** Changes of so long ago were made while this agent was away: they say nothing about its pace. */
const MOST_AGE_MS = 600_000;

/** How fast this agent brings the store into its kernel. */
export class Pace {
  private readonly passes = new Histogram({
    name: 'sluice_pass_seconds',
    help: 'One pass: what is new in the store, brought into the kernel.',
    buckets: PASS_SECONDS,
    registers: [],
  });
  private readonly realized = new Histogram({
    name: 'sluice_realized_seconds',
    help: 'From the apply of a policy, by the clock of the replica, to this kernel.',
    buckets: REALIZED_SECONDS,
    registers: [],
  });
  private readonly failures = new Counter({
    name: 'sluice_pass_failures_total',
    help: 'Passes that left something to be tried again.',
    registers: [],
  });
  /** When the policies were applied that are not in the kernel yet, in milliseconds since 1970. */
  private waiting: number[] = [];

  /** Policies of one batch that is new; a complete list tells nothing, as it holds the changes of years. */
  took({ full, changes }: Batch, now = Date.now()): void {
    if (full) return;
    for (const { key, entry } of changes) {
      if (entry === null || !key.startsWith(keys.policies())) continue;
      const applied = Date.parse((entry.value as PolicyValue).time);
      if (now - applied < MOST_AGE_MS) this.waiting.push(applied);
    }
  }

  /** The end of a pass that took so long; `whole`: everything that was taken is in the kernel, and holds. */
  passed(milliseconds: number, whole: boolean, now = Date.now()): void {
    this.passes.observe(milliseconds / 1000);
    if (!whole) {
      this.failures.inc();
      this.waiting = this.waiting.filter((applied) => now - applied < MOST_AGE_MS);
      return;
    }
    // A clock of another machine may be ahead.
    for (const applied of this.waiting) this.realized.observe(Math.max(0, now - applied) / 1000);
    this.waiting = [];
  }

  register(registry: Registry): void {
    for (const metric of [this.passes, this.realized, this.failures]) registry.registerMetric(metric);
  }
}
