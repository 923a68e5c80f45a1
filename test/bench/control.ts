import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab, type Workload } from '@sluice/lab';
import type { Options } from './datapath.ts';
import { run } from './namespaces.ts';
import type { Report, Row } from './report.ts';
import { median, met, percentile } from './stats.ts';

const CHANGES = 100;
const PORT = 8080;

const policies = (open: boolean) => `
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: client, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: client } }
  egress: [{ toEndpoints: [{}] }]
---
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: server, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: server } }
  ingress: [{ fromEndpoints: [{ matchLabels: { app: ${open ? 'client' : 'nobody'} } }] }]
`;

/** How fast a decision reaches every kernel, what an endpoint costs, and what an agent weighs. Three nodes, a client on each. */
export async function control(options: Options): Promise<Report> {
  await using lab = await Lab.start({ name: `bench-${process.pid}`, progress: options.log });
  const added: number[] = [];
  const add = async (node: number, name: string, labels: Record<string, string>) => {
    const workload = await lab.node(node).startWorkload({ name, labels, ports: [PORT] });
    const started = performance.now();
    await workload.attach();
    added.push(performance.now() - started);
    return workload;
  };
  const server = await add(1, 'server', { app: 'server' });
  const clients = [];
  for (const node of [1, 2, 3]) clients.push(await add(node, `client-${node}`, { app: 'client' }));
  const floor = putToWatch(lab);
  options.log(`etcd put to watch: ${median(floor).toFixed(1)} ms`);
  const effect = await changes(lab, clients, server, options.log);
  const rss = lab.nodes.map((node) => residentMegabytes(node.agent.pid));
  const starts = await restarts(lab);
  const rows: Row[] = [
    row('policy applied to in effect on the last node, p50', median(effect), 'ms', {
      'etcd put to watch, p50': median(floor),
      'Cilium, one node, local file': '8-9',
    }),
    row('policy applied to in effect on the last node, p99', percentile(effect, 0.99), 'ms', {
      'etcd put to watch, p99': percentile(floor, 0.99),
    }),
    row('endpoint added to ready, p50', median(added), 'ms', { Cilium: 117 }),
    {
      ...row('agent, resident memory', median(rss), 'MB', { Cilium: '200-230' }),
      goal: '<= 100',
      met: met(rss, '<=', 100),
    },
    row('agent ended to ready again, p50', median(starts), 'ms', { 'Cilium, SIGKILL to healthy': 800 }),
  ];
  return { bench: 'control', rounds: CHANGES, rows };
}

const row = (name: string, value: number, unit: string, beside: Record<string, number | string>): Row => ({
  name,
  value,
  unit,
  goal: null,
  met: null,
  beside,
});

/** Opens and shuts the server by turns; a change is over when the last client's probes meet the new verdict. */
async function changes(
  lab: Lab,
  clients: Workload[],
  server: Workload,
  log: (line: string) => void,
): Promise<number[]> {
  const api = lab.api(0);
  const times: number[] = [];
  for (let i = 0; i < CHANGES; i += 1) {
    const open = i % 2 === 0;
    const started = performance.now();
    const applied = api.policies.apply({ text: policies(open), file: 'bench.yaml' }, { timeoutMs: 5_000 });
    const seen = clients.map((client) => meets(client, server, open));
    await applied;
    times.push(Math.max(...(await Promise.all(seen))) - started);
    if (i % 20 === 19) log(`${i + 1} changes, p50 ${median(times).toFixed(1)} ms`);
  }
  return times;
}

/** Probes until the verdict is the wanted one; the time is the start of the first probe that met it. */
async function meets(client: Workload, server: Workload, open: boolean): Promise<number> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const started = performance.now();
    const { ok } = await client.probe(server, PORT, 4, 'tcp', open ? 2 : 20);
    if (ok === open) return open ? performance.now() : started;
    if (performance.now() > deadline) throw new Error(`${client.name} never met the new verdict`);
  }
}

/** Each agent is ended by SIGKILL and started again, three times. */
async function restarts(lab: Lab): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    const node = lab.node((i % 3) + 1);
    await node.agent.kill();
    const started = performance.now();
    node.agent.start();
    await node.ready();
    times.push(performance.now() - started);
  }
  return times;
}

/** The floor, measured in the same cluster by a process of its own. */
function putToWatch(lab: Lab): number[] {
  const script = join(import.meta.dirname, 'etcd-floor.ts');
  const pki = join(lab.paths.config, 'pki');
  const args = [
    `--net=${lab.controlNetns}`,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    script,
  ];
  return JSON.parse(run('nsenter', [...args, 'https://198.18.0.10:2379', pki, String(CHANGES)])) as number[];
}

function residentMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
