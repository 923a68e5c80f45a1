import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addNetns, removeNetns, type LabNode } from '@sluice/lab';
import { run } from './namespaces.ts';
import type { Row } from './report.ts';
import { median, met } from './stats.ts';

const MANY = 500;
const COMPARED = 50;
/** Cilium's agent on such a machine, from request to ready. */
const CILIUM_MS = 117;

/** Bare namespaces, each with an endpoint of one set of labels: what an endpoint costs, without a workload that does something. */
export class Bare implements AsyncDisposable {
  private readonly folder: string;
  private readonly names: string[] = [];
  private readonly node: LabNode;

  constructor(node: LabNode) {
    this.node = node;
    this.folder = join(node.dir, 'bare');
    mkdirSync(this.folder, { recursive: true });
  }

  /** Namespaces that are not attached yet. */
  async prepare(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, i) => `bare-${this.names.length + i}`);
    this.names.push(...names);
    for (const name of names) await addNetns(join(this.folder, name));
    return names;
  }

  /** Milliseconds from the request to the answer that the endpoint is ready. */
  async add(name: string, label: string): Promise<number> {
    const started = performance.now();
    await this.node.client.addEndpoint(
      {
        workloadSource: 'user',
        workloadScope: 'shop',
        workloadName: name,
        labels: [{ source: 'user', key: 'app', value: label }],
        netns: join(this.folder, name),
        interfaceName: 'eth0',
        waitReady: true,
        timeoutSeconds: 15,
      },
      { timeoutMs: 20_000 },
    );
    return performance.now() - started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.names) await removeNetns(join(this.folder, name));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Floors {
  readonly tcxAttach: readonly number[];
  readonly outerUpdate: readonly number[];
  readonly veth: readonly number[];
}

/** In a network namespace of its own. */
function floors(): Floors {
  const script = join(import.meta.dirname, 'floors.ts');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script];
  return JSON.parse(run('unshare', ['--net', ...node])) as Floors;
}

/** Endpoints one after the other: each against what the kernel alone takes for two programs and a pair, and the last against the first. */
export async function endpoints(node: LabNode, log: (line: string) => void): Promise<Row[]> {
  const { tcxAttach, outerUpdate, veth } = floors();
  const floor = 2 * median(tcxAttach) + median(veth);
  await using bare = new Bare(node);
  const times: number[] = [];
  for (const name of await bare.prepare(MANY)) {
    times.push(await bare.add(name, 'client'));
    if (times.length % 100 === 0) log(`${times.length} endpoints, p50 ${median(times).toFixed(1)} ms`);
  }
  const [first, last] = [times.slice(0, COMPARED), times.slice(-COMPARED)];
  const ratios = last.map((value, i) => value / first[i]!);
  const goal = Math.max(20, 2 * floor);
  return [
    {
      name: 'endpoint added to ready, p50',
      value: median(first),
      unit: 'ms',
      goal: `<= ${goal.toFixed(0)} (twice its floor)`,
      met: met(first, '<=', goal),
      beside: { 'one TCX attach': median(tcxAttach), 'two of them and a pair': floor, Cilium: CILIUM_MS },
    },
    {
      name: `the last ${COMPARED} of ${MANY} endpoints, to the first`,
      value: median(ratios),
      unit: 'x',
      goal: '<= 1.1',
      met: met(ratios, '<=', 1.1),
      beside: { 'one outer map update, ms': median(outerUpdate) },
    },
  ];
}
