import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from '@sluice/lab';
import { Applier } from './api.ts';
import { clientPolicy } from './realized.ts';
import type { Row } from './report.ts';
import { median, metQuantile, percentile } from './stats.ts';

const PROCESSES = 4;
const AGENTS = 100;
const CHANGES = 200;
const FLOORS = 50;
/** Until what a change brings about after it is in effect, a hundred answers of agents, is over. */
const QUIET_MS = 150;

/** Processes of simulated agents, as one. */
class Simulated implements Disposable {
  private readonly children: ChildProcess[];
  private readonly lines = new Map<string, number[]>();
  private changed: (() => void) | null = null;

  constructor(lab: Lab) {
    const each = AGENTS / PROCESSES;
    this.children = Array.from({ length: PROCESSES }, (_, i) => {
      const script = join(import.meta.dirname, 'sim-agents.ts');
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', script];
      const args = [
        'https://198.18.0.10:2379',
        join(lab.paths.config, 'pki'),
        String(i * each),
        String(each),
      ];
      const child = spawn('nsenter', [`--net=${lab.controlNetns}`, ...node, ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      createInterface({ input: child.stdout }).on('line', (line) => this.heard(line));
      return child;
    });
  }

  private heard(line: string): void {
    const [what = '', when = '0'] = line.split(' ');
    this.lines.set(what, [...(this.lines.get(what) ?? []), Number(when)]);
    this.changed?.();
  }

  /** The latest moment that `count` processes have told of this; they are forgotten then. */
  async last(what: string, count = PROCESSES): Promise<number> {
    const timeout = AbortSignal.timeout(60_000);
    for (;;) {
      const told = this.lines.get(what) ?? [];
      if (told.length >= count) {
        this.lines.set(what, told.slice(count));
        return Math.max(...told.slice(0, count));
      }
      await new Promise<void>((resolve, reject) => {
        this.changed = resolve;
        timeout.onabort = () => reject(new Error(`the simulated agents did not tell "${what}" in time`));
      });
    }
  }

  /** Milliseconds from a put to the last watcher. */
  async floor(): Promise<number> {
    this.children[0]!.stdin!.write('put\n');
    const [put, heard] = [await this.last('put', 1), await this.last('floor')];
    return heard - put;
  }

  [Symbol.dispose](): void {
    for (const child of this.children) child.stdin!.end();
  }
}

/** From the API request to the last of a hundred agents, beside one put that all of them watch. */
export async function simulated(lab: Lab, log: (line: string) => void): Promise<Row[]> {
  using agents = new Simulated(lab);
  using applier = new Applier(lab);
  await agents.last('ready');
  log(`${AGENTS} simulated agents have read the store`);
  const [floors, effect]: [number[], number[]] = [[], []];
  for (let i = 0; i < FLOORS; i += 1) {
    floors.push(await agents.floor());
    await pause(QUIET_MS);
  }
  log(`one put to ${AGENTS} watchers, p50 ${median(floors).toFixed(1)} ms`);
  for (let i = 0; i < CHANGES; i += 1) {
    const { began } = await applier.apply(clientPolicy(i % 2 === 0));
    effect.push((await agents.last('policy')) - began);
    await pause(QUIET_MS);
  }
  const row = (name: string, p: number, goal: number): Row => ({
    name: `the same with ${AGENTS} simulated agents, ${name}`,
    value: percentile(effect, p),
    unit: 'ms',
    goal: `<= ${goal}`,
    met: metQuantile(effect, p, goal),
    beside: { [`etcd put to ${AGENTS} watchers, ${name}`]: percentile(floors, p) },
  });
  return [row('p50', 0.5, 10), row('p99', 0.99, 30)];
}
