import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';

interface InitFlags {
  dir: string;
  cluster?: string;
  etcd: string[];
  node: string[];
  replica: string[];
  pool: string[];
  mode?: string;
  allowLocalHost?: string;
  routing?: string;
  tunnelPort?: string;
  instance: string;
  underlay: string;
  bpffs: string;
  stateDir: string;
  socketDir: string;
  bpfDir?: string;
  attach: string;
  netns?: string;
  force: boolean;
}

const collect = (value: string, all: string[]) => [...all, value];
/** `--etcd a,b --etcd c` and the like. */
const collectList = (value: string, all: string[]) => [...all, ...value.split(',')];

/** `sluice init` and `sluice init store`. */
export function addInit(program: Command, context: Context): void {
  const init = program
    .command('init')
    .description('make certificates and configuration files of a cluster, or add nodes to it')
    .option('--dir <dir>', 'folder for everything made', 'sluice')
    .option('--cluster <name>', 'name of the cluster')
    .option('--etcd <url>', 'https://HOST:PORT of the store; may be repeated', collectList, [])
    .option('--node <name=addr,…>', 'a node and its addresses; may be repeated', collect, [])
    .option('--replica <name=host:rest:grpc>', 'a control-plane replica; may be repeated', collect, [])
    .option(
      '--pool <name=prefix/len>',
      'address pool and length of a node’s prefix; may be repeated',
      collect,
      [],
    )
    .option('--mode <mode>', 'enforcement of workloads that no policy selects: always, default, never')
    .option('--allow-local-host <when>', 'auto, always, policy')
    .option('--routing <routing>', 'tunnel or native')
    .option('--tunnel-port <port>', 'UDP port of the tunnel')
    .option('--instance <name>', 'instance of the agents', 'default')
    .option('--underlay <interface>', 'interface between the nodes; {node} is the node’s name', 'eth0')
    .option('--bpffs <dir>', 'bpffs of the agents; {node} is the node’s name', '/sys/fs/bpf')
    .option('--state-dir <dir>', 'state of the agents; {node} is the node’s name', '/var/lib/sluice')
    .option('--socket-dir <dir>', 'sockets of the agents; {node} is the node’s name', '/run/sluice')
    .option('--bpf-dir <dir>', 'compiled BPF objects; default: beside the agent')
    .option('--attach <how>', 'auto, tcx, clsact', 'auto')
    .option('--netns <path>', 'network namespace from which the CLI reaches the replicas')
    .option('--force', 'replace what exists, the certificate authority too', false)
    .action(async () => initAction(init.opts<InitFlags>(), context));
  init
    .command('store')
    .description('write the first keys, users and rights into etcd and switch its authentication on')
    .option('--dir <dir>', 'folder made by sluice init', 'sluice')
    .action(async (_options, command: Command) =>
      storeAction(command.optsWithGlobals<{ dir: string }>().dir, context),
    );
}

async function initAction(flags: InitFlags, context: Context): Promise<void> {
  const [{ parseEtcd, parseNode, parsePool, parseReplica, parseSettings }, { initCluster }] =
    await Promise.all([import('../init/plan.js'), import('../init/init.js')]);
  const attach = (['auto', 'tcx', 'clsact'] as const).find((how) => how === flags.attach);
  if (attach === undefined)
    throw usageError(`--attach '${flags.attach}' is not known`, 'one of auto, tcx, clsact');
  const dir = resolve(context.io.cwd, flags.dir);
  const { plan, written } = await initCluster({
    dir,
    force: flags.force,
    plan: {
      name: flags.cluster,
      etcd: flags.etcd.map(parseEtcd),
      nodes: flags.node.map(parseNode),
      replicas: flags.replica.map(parseReplica),
      pools: flags.pool.map(parsePool),
      settings: parseSettings({
        mode: flags.mode,
        allowLocalHost: flags.allowLocalHost,
        routing: flags.routing,
        tunnelPort: flags.tunnelPort,
      }),
    },
    places: {
      instance: flags.instance,
      underlay: flags.underlay,
      bpffs: flags.bpffs,
      stateDir: flags.stateDir,
      socketDir: flags.socketDir,
      bpfDir: flags.bpfDir ?? null,
      attach,
    },
    netns: flags.netns ?? null,
  });
  if (context.machineReadable) return context.print({ dir, cluster: plan.name, ...written });
  await context.io.out(
    `cluster ${plan.name}: ${written.created.length} files made in ${dir}, ${written.kept.length} kept\n` +
      written.differing.map((file) => `kept although it would differ now: ${join(dir, file)}\n`).join('') +
      `next: start etcd with the certificates in ${join(dir, 'pki')}, then run: sluice init store --dir ${dir}\n` +
      `the contexts admin, operator and viewer: export SLUICE_CONFIG=${join(dir, 'config.yaml')}\n`,
  );
}

async function storeAction(folder: string, context: Context): Promise<void> {
  const { bootstrapFolder } = await import('../init/store.js');
  const dir = resolve(context.io.cwd, folder);
  const result = await bootstrapFolder(dir);
  if (context.machineReadable) return context.print(result);
  await context.io.out(
    `cluster ${result.cluster.uuid}, generation ${result.cluster.generation}: ` +
      (result.changed.length === 0
        ? 'everything was there already\n'
        : `${result.changed.length} changes\n`) +
      result.changed.map((line) => `  ${line}\n`).join('') +
      result.kept.map((line) => `kept although it differs from the plan: ${line}\n`).join(''),
  );
}
