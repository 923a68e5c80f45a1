import type { Command } from 'commander';
import type { Endpoint, Identity, Node, Pool, Settings } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { formatLabels, formatRevision } from '../names.js';
import type { Column } from '../table.js';

const ENDPOINTS: readonly Column<Endpoint>[] = [
  { title: 'NODE', value: (e) => e.node },
  { title: 'ID', value: (e) => String(e.id) },
  { title: 'WORKLOAD', value: (e) => `${e.workloadScope}/${e.workloadName}` },
  { title: 'ADDRESSES', value: (e) => e.addresses.join(' ') },
  { title: 'IDENTITY', value: (e) => String(e.identity) },
  { title: 'STATE', value: (e) => e.state },
  { title: 'SOURCE', value: (e) => e.workloadSource, wide: true },
  { title: 'LABELS', value: (e) => formatLabels(e.labels), wide: true },
];
const IDENTITIES: readonly Column<Identity>[] = [
  { title: 'ID', value: (i) => String(i.id) },
  { title: 'ENDPOINTS', value: (i) => String(i.endpoints) },
  { title: 'STATE', value: (i) => (i.retiring ? 'retiring' : 'in use') },
  { title: 'LABELS', value: (i) => formatLabels(i.labels) },
];
const nodeState = (n: Node) =>
  !n.alive ? 'silent' : n.errors.length > 0 ? 'failing' : n.connected ? 'ready' : 'no stream';
const NODES: readonly Column<Node>[] = [
  { title: 'NAME', value: (n) => n.name },
  { title: 'STATE', value: nodeState },
  { title: 'REALIZED', value: (n) => formatRevision(n.realized) },
  { title: 'ADDRESSES', value: (n) => n.addresses.join(' ') },
  { title: 'PREFIXES', value: (n) => n.prefixes.join(' ') },
  { title: 'VERSION', value: (n) => n.version },
  { title: 'KERNEL', value: (n) => n.kernel, wide: true },
  { title: 'STARTED', value: (n) => n.started, wide: true },
  { title: 'TUNNEL', value: (n) => n.tunnelAddress, wide: true },
  { title: 'NODE ID', value: (n) => String(n.nodeId), wide: true },
  { title: 'LABELS', value: (n) => formatLabels(n.labels), wide: true },
  { title: 'ERRORS', value: (n) => n.errors.join('; '), wide: true },
];
const POOLS: readonly Column<Pool>[] = [
  { title: 'NAME', value: (p) => p.name },
  { title: 'PREFIX', value: (p) => p.prefix },
  { title: 'PER NODE', value: (p) => `/${p.nodePrefixLength}` },
  { title: 'USED', value: (p) => `${p.used} of ${p.capacity}` },
];
const SETTINGS: readonly Column<[string, string]>[] = [
  { title: 'SETTING', value: ([name]) => name },
  { title: 'VALUE', value: ([, value]) => value },
];
const settingRows = (s: Settings): [string, string][] => [
  ['mode', s.mode],
  ['allow-local-host', s.allowLocalHost],
  ['routing', s.routing],
  ['tunnel-port', String(s.tunnelPort)],
  ['kube-apiserver', (s.kubeApiserver?.values ?? []).join(' ')],
];

async function endpoints(context: Context, node: string): Promise<void> {
  const connection = await context.connect();
  const response = await connection.call('reads', ({ cluster }, o) => cluster.listEndpoints({ node }, o));
  await context.printList(response, response.endpoints, ENDPOINTS, 'there are no endpoints');
}

async function pools(context: Context): Promise<void> {
  const connection = await context.connect();
  const response = await connection.call('reads', ({ cluster }, o) => cluster.listPools({ node: '' }, o));
  await context.printList(response, response.pools, POOLS, 'there are no address pools');
}

function addLists(program: Command, context: Context): void {
  const list = program.command('endpoints').description('endpoints of all nodes');
  context.remote(list).option('--node <node>', 'of this node only');
  list.action(async () => endpoints(context, list.opts<{ node?: string }>().node ?? ''));
  context
    .remote(list.command('list'))
    .description('the same')
    .action(async () => endpoints(context, list.opts<{ node?: string }>().node ?? ''));
  context
    .remote(program.command('identities'))
    .description('identities and their labels')
    .action(async () => {
      const connection = await context.connect();
      const response = await connection.call('reads', ({ cluster }, o) =>
        cluster.listIdentities({ node: '' }, o),
      );
      await context.printList(response, response.identities, IDENTITIES, 'there are no identities');
    });
  context
    .remote(program.command('nodes'))
    .description('nodes, and up to which revision each enforces the policies')
    .action(async () => {
      const connection = await context.connect();
      const response = await connection.call('reads', ({ cluster }, o) => cluster.listNodes({ node: '' }, o));
      await context.printList(response, response.nodes, NODES, 'there are no nodes');
    });
}

function addPools(program: Command, context: Context): void {
  const command = context.remote(program.command('pools')).description('address pools');
  command.action(async () => pools(context));
  context
    .remote(command.command('put'))
    .description('create a pool, or change it')
    .argument('<name=prefix/len>', 'NAME=PREFIX/LENGTH/NODELENGTH')
    .action(async (text: string) => {
      const { parsePool } = await import('../init/plan.js');
      const pool = parsePool(text);
      const connection = await context.connect();
      const stored = await connection.call('changes', ({ cluster }, o) => cluster.putPool(pool, o));
      await context.printList(stored, [stored], POOLS, '');
    });
}

interface SettingFlags {
  mode?: string;
  allowLocalHost?: string;
  routing?: string;
  tunnelPort?: string;
  kubeApiserver?: string;
}

function addSettings(program: Command, context: Context): void {
  const settings = program.command('settings').description('settings of the whole cluster');
  const read = async () => {
    const connection = await context.connect();
    return connection.call('reads', ({ cluster }, o) => cluster.getSettings({ node: '' }, o));
  };
  context
    .remote(settings.command('get'))
    .description('show them')
    .action(async () => {
      const value = await read();
      await context.printList(value, settingRows(value), SETTINGS, '');
    });
  const set = context
    .remote(settings.command('set'))
    .description('change those that are given')
    .option('--mode <mode>', 'always, default, never')
    .option('--allow-local-host <when>', 'auto, always, policy')
    .option('--routing <routing>', 'tunnel, native')
    .option('--tunnel-port <port>', 'UDP port of the tunnel')
    .option('--kube-apiserver <addresses>', "addresses of that entity, with commas between; '' for none");
  set.action(async () => {
    const { parseSettings } = await import('../init/plan.js');
    const flags = set.opts<SettingFlags>();
    const { mode, allowLocalHost, routing, tunnelPort } = flags;
    const addresses = flags.kubeApiserver?.split(',').filter((text) => text !== '');
    const wanted = {
      ...parseSettings({ mode, allowLocalHost, routing, tunnelPort }),
      ...(addresses === undefined ? {} : { kubeApiserver: { values: addresses } }),
    };
    if (Object.keys(wanted).length === 0)
      throw usageError('no setting is given', 'for example: sluice settings set --mode default');
    const value = { ...(await read()), ...wanted };
    const connection = await context.connect();
    const stored = await connection.call('changes', ({ cluster }, o) => cluster.putSettings(value, o));
    await context.printList(stored, settingRows(stored), SETTINGS, '');
  });
}

/** endpoints, identities, nodes, pools, settings. */
export function addCluster(program: Command, context: Context): void {
  addLists(program, context);
  addPools(program, context);
  addSettings(program, context);
}
