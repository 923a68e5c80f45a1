/**
 * Runs work for keys, one at a time; a failure is tried again after a pause that doubles up to a limit, until it succeeds or is
 * forgotten. Adding a key that waits already only makes it come sooner.
 */
export class WorkQueue<T> implements Disposable {
  private readonly waiting = new Map<string, T>();
  private running = false;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = 0;
  private disposed = false;

  constructor(
    private readonly work: (item: T) => Promise<void>,
    private readonly onError: (key: string, error: unknown) => void,
    private readonly maxPauseMs = 5_000,
  ) {}

  add(key: string, item: T): void {
    this.waiting.set(key, item);
    this.run();
  }

  forget(key: string): void {
    this.waiting.delete(key);
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }

  private run(): void {
    if (this.running || this.disposed) return;
    this.running = true;
    clearTimeout(this.timer);
    void this.drain().finally(() => {
      this.running = false;
    });
  }

  private async drain(): Promise<void> {
    const failed = new Set<string>();
    for (;;) {
      const next = [...this.waiting].find(([key]) => !failed.has(key));
      if (next === undefined || this.disposed) break;
      const [key, item] = next;
      try {
        await this.work(item);
        if (this.waiting.get(key) === item) this.waiting.delete(key);
      } catch (error) {
        failed.add(key);
        this.onError(key, error);
      }
    }
    if (failed.size === 0) this.pauseMs = 0;
    else this.later();
  }

  private later(): void {
    if (this.disposed) return;
    this.pauseMs = Math.min(this.maxPauseMs, Math.max(100, this.pauseMs * 2));
    this.timer = setTimeout(() => this.run(), this.pauseMs * (0.5 + Math.random() / 2));
  }
}
