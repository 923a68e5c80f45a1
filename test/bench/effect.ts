import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from './namespaces.ts';

/** Compiles effect.c into a folder of its own, gone with dispose. */
export function buildEffect(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const path = join(folder, 'effect');
  run('gcc', ['-O2', '-o', path, join(import.meta.dirname, 'effect.c')]);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Sends back each datagram, in a namespace. */
export async function echo(
  effect: string,
  netns: string,
  address: string,
  port: number,
): Promise<Disposable> {
  const child = start(effect, netns, ['echo', address, String(port)]);
  await once(child.stdout!, 'data');
  return { [Symbol.dispose]: () => child.stdin!.end() };
}

/** Asks for an echo each millisecond, and knows when that began to work and when it ended. */
export class Watcher implements Disposable {
  private readonly child: ChildProcess;
  private isOpen = false;
  private changedAt = 0;
  private changed: (() => void) | null = null;

  constructor(effect: string, netns: string, address: string, port: number) {
    this.child = start(effect, netns, ['watch', address, String(port)]);
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      const [what, nanoseconds] = line.split(' ');
      this.isOpen = what === 'open';
      this.changedAt = Number(nanoseconds) / 1e6;
      this.changed?.();
    });
  }

  /** Resolves with the moment, in milliseconds of CLOCK_MONOTONIC, from which packets pass or do not; rejects after `timeoutMs`. */
  async meets(open: boolean, timeoutMs = 10_000): Promise<number> {
    const timeout = AbortSignal.timeout(timeoutMs);
    while (this.isOpen !== open) {
      await new Promise<void>((resolve, reject) => {
        this.changed = resolve;
        timeout.onabort = () => reject(new Error(`no probe met the new verdict within ${timeoutMs} ms`));
      });
    }
    return this.changedAt;
  }

  [Symbol.dispose](): void {
    this.child.stdin!.end();
  }
}

function start(effect: string, netns: string, args: readonly string[]): ChildProcess {
  return spawn('nsenter', [`--net=${netns}`, effect, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}
