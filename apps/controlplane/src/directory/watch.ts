import { watch, type FSWatcher } from 'node:fs';

/**
 * Notices changes in some directories. It may miss some (network file systems, links elsewhere), so it only makes a look come sooner:
 * the directory is read at intervals too.
 */
export class DirectoryWatch implements Disposable {
  private readonly watchers = new Map<string, FSWatcher>();

  constructor(private readonly onChange: () => void) {}

  /** Watches exactly these from now on; those that cannot be watched are left out. */
  set(directories: readonly string[]): void {
    const wanted = new Set(directories);
    for (const [path, watcher] of this.watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.watchers.delete(path);
    }
    for (const path of wanted) if (!this.watchers.has(path)) this.add(path);
  }

  [Symbol.dispose](): void {
    this.set([]);
  }

  private add(path: string): void {
    try {
      const watcher = watch(path, { persistent: false }, () => this.onChange());
      const drop = () => {
        watcher.close();
        if (this.watchers.get(path) === watcher) this.watchers.delete(path);
      };
      watcher.on('error', drop);
      this.watchers.set(path, watcher);
    } catch {
      // Gone in between, or no inotify watch is left: the interval still finds it.
    }
  }
}
