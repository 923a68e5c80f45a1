/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One thing to be done later, of which only the last appointment counts. It keeps no process alive. */
export class Once implements Disposable {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly task: () => void) {}

  /** Does it in so many milliseconds from now, and not when it was planned before; null: not at all. */
  plan(milliseconds: number | null): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (milliseconds === null) return;
    this.timer = setTimeout(this.task, Math.min(milliseconds, MAX_TIMER_MS));
    this.timer.unref();
  }

  [Symbol.dispose](): void {
    this.plan(null);
  }
}
