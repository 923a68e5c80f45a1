import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './errors.js';

export interface DaemonOptions {
  readonly name: string;
  readonly log: string;
  readonly netns: string;
  /** cgroup2 folder that the process lives in; made if it is not there. */
  readonly cgroup: string;
  /** Folders that the process must not see: in a mount namespace of its own an empty one lies over each. */
  readonly hidden?: readonly string[];
  readonly command: readonly string[];
}

// The process joins its cgroup before it becomes the program, so that nothing runs outside.
const JOIN = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';
const HIDE =
  'while [ "$1" != -- ]; do mount -t tmpfs -o ro,size=0 none "$1" || exit 1; shift; done; shift; exec "$@"';

/** A long-running process of the lab, its output in a log. One at a time; can be killed and started again. */
export class Daemon implements AsyncDisposable {
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(readonly options: DaemonOptions) {}

  /** undefined while it does not run. */
  get pid(): number | undefined {
    return this.alive ? this.child?.pid : undefined;
  }

  get alive(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    if (this.alive) throw new LabError(`${this.options.name} runs already`);
    const { cgroup, netns, hidden = [], command, log } = this.options;
    mkdirSync(cgroup, { recursive: true });
    const inside =
      hidden.length === 0
        ? command
        : [
            'unshare',
            '--mount',
            '--propagation',
            'private',
            'sh',
            '-c',
            HIDE,
            'sh',
            ...hidden,
            '--',
            ...command,
          ];
    const out = openSync(log, 'a', 0o600);
    const args = ['-c', JOIN, 'sh', cgroup, 'nsenter', `--net=${netns}`, ...inside];
    // A session of its own: Ctrl-C reaches the lab only, which then stops its parts in order.
    const child = spawn('sh', args, { stdio: ['ignore', out, out], detached: true, cwd: '/' });
    closeSync(out);
    this.ended = new Promise((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
    this.child = child;
  }

  /** Sends the signal and waits for the end; nothing happens where it does not run. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.alive) this.child?.kill(signal);
    await this.ended;
  }

  /** SIGTERM, and SIGKILL after `graceMs`. */
  async stop(graceMs = 3_000): Promise<void> {
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), graceMs);
    await this.kill('SIGTERM');
    clearTimeout(timer);
  }

  /** Throws LabError with the end of its log where it does not run any more. */
  check(): void {
    if (!this.alive)
      throw new LabError(`${this.options.name} ended:\n${this.tail()}`, `its log: ${this.options.log}`);
  }

  tail(bytes = 2_000): string {
    return readFileSync(this.options.log, 'utf8').slice(-bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The log file of part `name`. */
export const logFile = (logs: string, name: string): string => join(logs, `${name}.log`);
