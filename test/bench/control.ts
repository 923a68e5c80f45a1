import { readFileSync } from 'node:fs';
import { Lab } from '@sluice/lab';
import type { Options } from './datapath.ts';
import { endpoints } from './endpoints.ts';
import { CHANGES, realized } from './realized.ts';
import type { Report, Row } from './report.ts';
import { simulated } from './simulated.ts';
import { median, met } from './stats.ts';

const PORT = 8080;
/** Two thousand workloads for each node. */
const LARGE_POOLS = ['v4=198.18.64.0/18/21', 'v6=fd00:198:1::/48/64'];

/** How fast a decision reaches every kernel, what an endpoint costs, and what an agent weighs. Three nodes, a client on each. */
export async function control(options: Options): Promise<Report> {
  await using lab = await Lab.start({
    name: `bench-${process.pid}`,
    pools: LARGE_POOLS,
    progress: options.log,
  });
  const add = (node: number, name: string, labels: Record<string, string>) =>
    lab.node(node).addWorkload({ name, labels, ports: [PORT] });
  const server = await add(1, 'server', { app: 'server' });
  const clients = [];
  for (const node of [1, 2, 3]) clients.push(await add(node, `client-${node}`, { app: 'client' }));
  const inEffect = await realized(lab, clients, server, options.log);
  const rss = lab.nodes.map((node) => residentMegabytes(node.agent.pid));
  const starts = await restarts(lab);
  const withMany = await simulated(lab, options.log);
  const added = await endpoints(lab.node(2), options.log);
  const rows: Row[] = [
    ...inEffect,
    ...withMany,
    ...added,
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

function residentMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
