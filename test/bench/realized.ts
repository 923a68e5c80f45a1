import { join } from 'node:path';
import type { Lab, Workload } from '@sluice/lab';
import { Applier } from './api.ts';
import { buildEffect, echo, Watcher } from './effect.ts';
import { run } from './namespaces.ts';
import type { Row } from './report.ts';
import { median, metQuantile, percentile } from './stats.ts';

/** So many that the 99th percentile has an interval of 95%. */
export const CHANGES = 400;
const ECHO_PORT = 9_000;

const SERVER = `
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: server, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: server } }
  ingress: [{ fromEndpoints: [{}] }]
`;
export const clientPolicy = (open: boolean) => `
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: client, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: client } }
  egress: [{ toEndpoints: [{ matchLabels: { app: ${open ? 'server' : 'nobody'} } }] }]
`;

/**
 * From the API request to the first packet that meets the new verdict on the last node: the clients, each on its own node, are let to
 * the server and kept from it by turns. The probes, one each millisecond and client, run beside the floor too, and its puts are as
 * far apart as the changes.
 */
export async function realized(
  lab: Lab,
  clients: readonly Workload[],
  server: Workload,
  log: (line: string) => void,
): Promise<Row[]> {
  using effect = buildEffect();
  using applier = new Applier(lab);
  const address = server.address(4);
  using _echo = await echo(effect.path, server.netns, address, ECHO_PORT);
  const watchers = clients.map(({ netns }) => new Watcher(effect.path, netns, address, ECHO_PORT));
  try {
    await applier.apply(SERVER);
    const floor = putToWatch(lab);
    log(`etcd put to watch: ${median(floor).toFixed(1)} ms`);
    return rowsOf(await changes(applier, watchers, log), floor);
  } finally {
    for (const watcher of watchers) watcher[Symbol.dispose]();
  }
}

interface Times {
  /** Until the call was answered: the policy is in the store. */
  readonly answered: readonly number[];
  /** Until it was in effect on the last node. */
  readonly effect: readonly number[];
}

async function changes(
  applier: Applier,
  watchers: readonly Watcher[],
  log: (line: string) => void,
): Promise<Times> {
  const answered: number[] = [];
  const effect: number[] = [];
  for (let i = 0; i < CHANGES; i += 1) {
    const open = i % 2 === 0;
    const [call, ...met] = await Promise.all([
      applier.apply(clientPolicy(open)),
      ...watchers.map((watcher) => watcher.meets(open)),
    ]);
    answered.push(call.answered - call.began);
    effect.push(Math.max(...met) - call.began);
    if (i % 100 === 99) log(`${i + 1} changes, p50 ${median(effect).toFixed(1)} ms`);
  }
  return { answered, effect };
}

function rowsOf({ answered, effect }: Times, floor: readonly number[]): Row[] {
  const row = (name: string, p: number, goal: number, beside: Row['beside']): Row => ({
    name: `policy applied to in effect on the last node, ${name}`,
    value: percentile(effect, p),
    unit: 'ms',
    goal: `<= ${goal}`,
    met: metQuantile(effect, p, goal),
    beside: {
      [`etcd put to watch, ${name}`]: percentile(floor, p),
      [`the call answered, ${name}`]: percentile(answered, p),
      ...beside,
    },
  });
  return [row('p50', 0.5, 10, { 'Cilium, one node, local file': '8-9' }), row('p99', 0.99, 30, {})];
}

/** The floor, measured in the same cluster by a process of its own. */
function putToWatch(lab: Lab): number[] {
  const script = join(import.meta.dirname, 'etcd-floor.ts');
  const pki = join(lab.paths.config, 'pki');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', script];
  const args = [`--net=${lab.controlNetns}`, ...node, 'https://198.18.0.10:2379', pki, String(CHANGES)];
  return JSON.parse(run('nsenter', args)) as number[];
}
