import type { Command } from 'commander';
import type { AgentClients, EndpointInfo, LabelInput, NamedPortInput } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { parseDuration } from '../globals.js';
import { formatLabels } from '../names.js';
import type { Column } from '../table.js';

const COLUMNS: readonly Column<EndpointInfo>[] = [
  { title: 'ID', value: (e) => String(e.id) },
  { title: 'WORKLOAD', value: (e) => `${e.workloadScope}/${e.workloadName}` },
  { title: 'ADDRESSES', value: (e) => e.addresses.join(' ') },
  { title: 'IDENTITY', value: (e) => String(e.identity) },
  { title: 'STATE', value: (e) => e.state },
  { title: 'INTERFACE', value: (e) => e.hostInterface },
  { title: 'GATEWAYS', value: (e) => e.gateways.join(' '), wide: true },
  { title: 'MAC', value: (e) => e.mac, wide: true },
  { title: 'MTU', value: (e) => String(e.mtu), wide: true },
  { title: 'SOURCE', value: (e) => e.workloadSource, wide: true },
  { title: 'LABELS', value: (e) => formatLabels(e.labels), wide: true },
];

/** `source:key=value`, `key=value` or `key`; without a source it is the workload's own. Throws CliError (usage). */
export function parseLabel(text: string, source: string): LabelInput {
  const match = /^(?:([a-z0-9-]+):)?([^=:]+)(?:=(.*))?$/.exec(text);
  if (match === null) throw usageError(`--label '${text}' is not of the form [SOURCE:]KEY[=VALUE]`);
  return { source: match[1] ?? source, key: match[2] ?? '', value: match[3] ?? '' };
}

/** `name=8080` or `name=53/UDP`. Throws CliError (usage). */
export function parsePort(text: string): NamedPortInput {
  const match = /^([^=]+)=(\d{1,5})(?:\/([A-Za-z]+))?$/.exec(text);
  if (match === null) throw usageError(`--port '${text}' is not of the form NAME=PORT[/PROTOCOL]`);
  return { name: match[1] ?? '', port: Number(match[2]), protocol: (match[3] ?? 'TCP').toUpperCase() };
}

interface AddFlags {
  source: string;
  scope: string;
  name: string;
  label: string[];
  port: string[];
  netns: string;
  interface: string;
  address: string[];
  wait?: boolean;
  timeout: string;
}

const collect = (value: string, all: string[]) => [...all, value];
const SOURCES = ['host', 'container', 'k8s', 'user'];

function checkSource(source: string): string {
  if (SOURCES.includes(source)) return source;
  throw usageError(`--source '${source}' is not known`, `one of ${SOURCES.join(', ')}`);
}

async function add(agent: AgentClients, flags: AddFlags, context: Context): Promise<void> {
  const seconds = Math.ceil(parseDuration('--timeout', flags.timeout) / 1000);
  const source = checkSource(flags.source);
  const made = await agent.agent.addEndpoint(
    {
      workloadSource: source,
      workloadScope: flags.scope,
      workloadName: flags.name,
      labels: flags.label.map((text) => parseLabel(text, source)),
      ports: flags.port.map(parsePort),
      netns: flags.netns,
      interfaceName: flags.interface,
      addresses: flags.address,
      waitReady: flags.wait === true,
      timeoutSeconds: seconds,
    },
    { timeoutMs: context.globals.timeoutMs + (flags.wait === true ? seconds * 1000 : 0) },
  );
  await context.printList(made, [made], COLUMNS, '');
}

async function remove(agent: AgentClients, what: string, source: string, context: Context): Promise<void> {
  const byId = /^\d{1,10}$/.test(what);
  const parts = what.split('/');
  if (!byId && (parts.length > 2 || parts.includes('')))
    throw usageError(`'${what}' is neither an id nor [SCOPE/]NAME`);
  await agent.agent.deleteEndpoint(
    byId
      ? { id: Number(what) }
      : {
          id: 0,
          workloadSource: checkSource(source),
          workloadScope: parts.length === 2 ? (parts[0] ?? '') : 'default',
          workloadName: parts.at(-1) ?? '',
        },
  );
  if (context.machineReadable) return context.print({ deleted: what });
  await context.io.out(`endpoint ${what} deleted\n`);
}

/** `sluice endpoint add|delete|list`: the agent of this machine. */
export function addEndpoint(program: Command, context: Context): void {
  const endpoint = program
    .command('endpoint')
    .description('endpoints of this machine, through its agent (root only)')
    .option('--socket <path>', 'socket of the agent; default: $SLUICE_SOCKET or /run/sluice/agent.sock');
  const withAgent = async (run: (agent: AgentClients) => Promise<void>) => {
    const local = await import('../agent.js');
    await local.withAgent(context, endpoint.opts<{ socket?: string }>().socket, run);
  };
  const added = endpoint
    .command('add')
    .description('put a network namespace under policy and connect it')
    .requiredOption('--name <name>', 'name of the workload')
    .requiredOption('--netns <path>', 'its network namespace, e.g. /run/netns/web')
    .option('--scope <scope>', 'its namespace', 'default')
    .option('--source <source>', 'whose workload it is: host, container, k8s, user', 'user')
    .option('--label <label>', '[SOURCE:]KEY[=VALUE]; may be repeated', collect, [])
    .option(
      '--port <name=port>',
      'NAME=PORT[/PROTOCOL] that policies may call by name; may be repeated',
      collect,
      [],
    )
    .option('--interface <name>', 'name of the interface in it', 'eth0')
    .option('--address <address>', 'wished for; default: the node chooses; may be repeated', collect, [])
    .option('--wait', 'answer when its identity and policy are in the kernel')
    .option('--timeout <duration>', 'how long to wait', '30s');
  added.action(async () => withAgent((agent) => add(agent, added.opts<AddFlags>(), context)));
  const deleted = endpoint
    .command('delete')
    .description('disconnect a workload')
    .argument('<endpoint>', 'ID or [SCOPE/]NAME')
    .option('--source <source>', 'whose workload it is', 'user');
  deleted.action(async (what: string) =>
    withAgent((agent) => remove(agent, what, deleted.opts<{ source: string }>().source, context)),
  );
  endpoint
    .command('list')
    .description('endpoints of this machine')
    .action(async () =>
      withAgent(async (agent) => {
        const response = await agent.agent.listEndpoints({});
        await context.printList(response, response.endpoints, COLUMNS, 'there are no endpoints');
      }),
    );
}
