import type { Command } from 'commander';
import type { Node, Service } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { formatLabels } from '../names.js';
import type { Column } from '../table.js';
import { parseLabel } from './endpoint.js';

const SERVICES: readonly Column<Service>[] = [
  { title: 'SCOPE', value: (s) => s.scope },
  { title: 'NAME', value: (s) => s.name },
  { title: 'SELECTOR', value: (s) => selectorText(s.selector) },
  { title: 'BACKENDS', value: (s) => s.backends.join(' ') },
  { title: 'OWNER', value: (s) => s.owner },
  { title: 'LABELS', value: (s) => formatLabels(s.labels), wide: true },
];
const NODE_LABELS: readonly Column<Node>[] = [
  { title: 'NAME', value: (n) => n.name },
  { title: 'LABELS', value: (n) => formatLabels(n.labels) },
];
const selectorText = (selector: Readonly<Record<string, string>>) =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

const collect = (value: string, all: string[]) => [...all, value];

function addLabel(program: Command, context: Context): void {
  context
    .remote(program.command('label'))
    .description('labels of a node, for node selectors')
    .argument('<node>')
    .argument('<labels...>', '[SOURCE:]KEY=VALUE sets (source user by default), KEY- removes')
    .action(async (name: string, texts: string[]) => {
      const removes = (text: string) => text.endsWith('-') && !text.includes('=');
      const remove = texts.filter(removes).map((text) => text.slice(0, -1));
      const set = texts.filter((text) => !removes(text)).map((text) => parseLabel(text, 'user'));
      const connection = await context.connect();
      const node = await connection.call('changes', ({ cluster }, o) =>
        cluster.labelNode({ name, set, remove }, o),
      );
      await context.printList(node, [node], NODE_LABELS, '');
    });
}

interface ServiceFlags {
  label: string[];
  selector?: string;
  backend: string[];
}

/** `SCOPE/NAME`. Throws CliError (usage). */
function serviceRef(text: string): { readonly scope: string; readonly name: string } {
  const [scope = '', name = '', ...rest] = text.split('/');
  if (scope === '' || name === '' || rest.length > 0)
    throw usageError(`'${text}' is no service`, 'SCOPE/NAME, for example shop/bank');
  return { scope, name };
}

/** `app=web,tier=front`. Throws CliError (usage). */
function selectorOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => /^([^=]+)=(.*)$/.exec(pair));
  if (pairs.includes(null)) throw usageError(`--selector '${text}' is not of the form KEY=VALUE[,KEY=VALUE]`);
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

function addServices(program: Command, context: Context): void {
  const services = context.remote(program.command('services')).description('services that policies may name');
  services.option('--scope <scope>', 'of this scope only').action(async () => {
    const { scope = '' } = services.opts<{ scope?: string }>();
    const connection = await context.connect();
    const response = await connection.call('reads', ({ cluster }, o) => cluster.listServices({ scope }, o));
    await context.printList(response, response.services, SERVICES, 'there are no services');
  });
  const put = context
    .remote(services.command('put'))
    .description('make a service, or change it')
    .argument('<service>', 'SCOPE/NAME')
    .option('--label <label>', '[SOURCE:]KEY[=VALUE]; may be repeated', collect, [])
    .option('--selector <selector>', 'labels of its workloads: KEY=VALUE[,KEY=VALUE]')
    .option('--backend <address>', 'where it has no selector; may be repeated', collect, []);
  put.action(async (text: string) => {
    const { label, selector, backend } = put.opts<ServiceFlags>();
    const service = {
      ...serviceRef(text),
      labels: label.map((one) => parseLabel(one, 'user')),
      selector: selector === undefined ? {} : selectorOf(selector),
      backends: backend,
    };
    const connection = await context.connect();
    const stored = await connection.call('changes', ({ cluster }, o) => cluster.putService(service, o));
    await context.printList(stored, [stored], SERVICES, '');
  });
  context
    .remote(services.command('delete'))
    .description('remove a service')
    .argument('<service>', 'SCOPE/NAME')
    .action(async (text: string) => {
      const ref = serviceRef(text);
      const connection = await context.connect();
      await connection.call('changes', ({ cluster }, o) => cluster.deleteService(ref, o));
      if (context.machineReadable) return context.print({ deleted: text });
      await context.io.out(`service ${text} deleted\n`);
    });
}

/** `sluice label` and `sluice services`: what policies name beside workloads. */
export function addObjects(program: Command, context: Context): void {
  addLabel(program, context);
  addServices(program, context);
}
