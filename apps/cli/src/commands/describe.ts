import type { Command } from 'commander';
import type { Endpoint } from '@sluice/api';
import type { Context } from '../context.js';
import { CliError, Exit, usageError } from '../exit.js';
import { formatLabel, formatRevision } from '../names.js';
import { printable } from '../printable.js';
import { findPolicy, policyView } from './policies.js';

type Field = readonly [string, string | readonly string[]];

/** `Name:  value` lines; a list has a line for each item. */
export function formatFields(fields: readonly Field[]): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 3;
  const lines = fields.flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    return (values.length === 0 ? ['-'] : values).map(
      (item, i) => `${(i === 0 ? `${name}:` : '').padEnd(width)}${printable(item) || '-'}`,
    );
  });
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

const workload = (e: Endpoint) => `${e.workloadScope}/${e.workloadName}`;

/** Whether an endpoint is what `NODE/ID`, `SCOPE/NAME`, `NAME` or an address names. */
export function isEndpoint(endpoint: Endpoint, text: string): boolean {
  const names = [
    `${endpoint.node}/${endpoint.id}`,
    workload(endpoint),
    endpoint.workloadName,
    ...endpoint.addresses,
  ];
  return names.includes(text);
}

function only<T>(found: readonly T[], what: string, text: string, name: (item: T) => string): T {
  const [first, ...more] = found;
  if (first === undefined)
    throw new CliError(
      Exit.failed,
      `there is no ${what} '${text}'`,
      `sluice ${what === 'identity' ? 'identities' : `${what}s`} lists them`,
    );
  if (more.length > 0)
    throw usageError(`'${text}' can mean ${found.map(name).join(', ')}`, 'name one of these');
  return first;
}

async function describePolicy(context: Context, args: readonly string[]): Promise<void> {
  const policy = await findPolicy(context, args);
  const view = policyView(policy) as { document: unknown };
  if (context.machineReadable) return context.print(view);
  const { stringify } = await import('yaml');
  const { fullName } = await import('../refs.js');
  await context.io.out(
    formatFields([
      ['Policy', fullName(policy.ref)],
      ['UID', policy.uid],
      ['Revision', String(policy.revision)],
      ['Author', policy.author],
      ['Applied', policy.time],
      ['Owner', policy.owner],
      ['Change', policy.change],
    ]) + `Document:\n${stringify(view.document, { lineWidth: 0 }).replace(/^(?=.)/gm, '  ')}`,
  );
}

async function allEndpoints(context: Context, node = ''): Promise<readonly Endpoint[]> {
  const connection = await context.connect();
  return (await connection.call('reads', ({ cluster }, o) => cluster.listEndpoints({ node }, o))).endpoints;
}

async function describeEndpoint(context: Context, text: string): Promise<void> {
  const found = (await allEndpoints(context)).filter((e) => isEndpoint(e, text));
  const endpoint = only(found, 'endpoint', text, (e) => `${e.node}/${e.id}`);
  if (context.machineReadable) return context.print(endpoint);
  await context.io.out(
    formatFields([
      ['Endpoint', `${endpoint.node}/${endpoint.id}`],
      ['Workload', `${workload(endpoint)} (${endpoint.workloadSource})`],
      ['State', endpoint.state],
      ['Identity', endpoint.identity === 0 ? 'none yet' : String(endpoint.identity)],
      ['Addresses', endpoint.addresses],
      ['Labels', endpoint.labels.map(formatLabel).sort()],
    ]),
  );
}

async function describeNode(context: Context, name: string): Promise<void> {
  const connection = await context.connect();
  const { nodes, revision } = await connection.call('reads', ({ cluster }, o) =>
    cluster.listNodes({ node: name }, o),
  );
  const node = only(
    nodes.filter((n) => n.name === name),
    'node',
    name,
    (n) => n.name,
  );
  const endpoints = await allEndpoints(context, name);
  if (context.machineReadable) return context.print({ node, endpoints, revision });
  await context.io.out(
    formatFields([
      ['Node', `${node.name} (number ${node.nodeId})`],
      [
        'Alive',
        node.alive ? 'yes' : 'no: nothing heard from its agent; its packets go on with the last policy',
      ],
      ['Stream', node.connected ? 'connected' : 'none: flows and map dumps of it are not available'],
      ['Realized', `${formatRevision(node.realized)} (the store is at ${formatRevision(revision)})`],
      ['Errors', node.errors],
      ['Addresses', node.addresses],
      ['Tunnel', node.tunnelAddress],
      ['Prefixes', node.prefixes],
      ['Version', node.version],
      ['Kernel', node.kernel],
      ['Started', node.started],
      ['Endpoints', endpoints.filter((e) => e.node === name).map((e) => `${e.id} ${workload(e)} ${e.state}`)],
    ]),
  );
}

async function describeIdentity(context: Context, text: string): Promise<void> {
  if (!/^\d{1,10}$/.test(text))
    throw usageError(`'${text}' is not an identity`, 'identities are numbers: sluice identities');
  const connection = await context.connect();
  const { identities } = await connection.call('reads', ({ cluster }, o) =>
    cluster.listIdentities({ node: '' }, o),
  );
  const found = identities.filter((i) => i.id === Number(text));
  const identity = only(found, 'identity', text, (i) => String(i.id));
  const endpoints = (await allEndpoints(context)).filter((e) => e.identity === identity.id);
  if (context.machineReadable) return context.print({ identity, endpoints });
  await context.io.out(
    formatFields([
      ['Identity', String(identity.id)],
      ['State', identity.retiring ? 'retiring: nobody claims it any more' : 'in use'],
      ['Labels', identity.labels.map(formatLabel).sort()],
      ['Endpoints', endpoints.map((e) => `${e.node}/${e.id} ${workload(e)} ${e.addresses.join(' ')}`)],
    ]),
  );
}

/** `sluice describe policy|endpoint|node|identity`. */
export function addDescribe(program: Command, context: Context): void {
  const describe = program.command('describe').description('everything about one thing');
  context
    .remote(describe.command('policy'))
    .description('a policy with its document')
    .argument('<[kind] name...>', '[KIND] [SCOPE/]NAME')
    .action(async (args: string[]) => describePolicy(context, args));
  context
    .remote(describe.command('endpoint'))
    .description('an endpoint')
    .argument('<endpoint>', 'NODE/ID, SCOPE/NAME, NAME or an address')
    .action(async (text: string) => describeEndpoint(context, text));
  context
    .remote(describe.command('node'))
    .description('a node')
    .argument('<name>')
    .action(async (name: string) => describeNode(context, name));
  context
    .remote(describe.command('identity'))
    .description('an identity and who has it')
    .argument('<number>')
    .action(async (text: string) => describeIdentity(context, text));
}
