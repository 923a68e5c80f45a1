import type { Command } from 'commander';
import type { DumpMapResponse } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import type { Column } from '../table.js';

export const MAPS = [
  'endpoints',
  'interfaces',
  'ipcache',
  'policy',
  'ct',
  'classes',
  'metrics',
  'config',
  'status',
  'system',
] as const;

type Row = Readonly<Record<string, unknown>>;

/** Texts as they are, nothing for nothing, all else as JSON. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Columns are the fields of the rows in the order of their first appearance. */
export function columnsOf(rows: readonly Row[]): readonly Column<Row>[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => ({ title: name.toUpperCase(), value: (row) => cell(row[name]) }));
}

function toRow(text: string): Row {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : { value };
}

interface DumpFlags {
  filter: string;
  limit: string;
  socket?: string;
}

async function dump(node: string, map: string, flags: DumpFlags, context: Context): Promise<void> {
  if (!MAPS.some((known) => known === map))
    throw usageError(`there is no map '${map}'`, `one of ${MAPS.join(', ')}`);
  const limit = Number(flags.limit);
  if (!/^\d{1,7}$/.test(flags.limit) || limit === 0)
    throw usageError(`--limit '${flags.limit}' is not a number from 1 to 9999999`);
  const request = { node, map, limit, filter: flags.filter };
  const response =
    flags.socket === undefined ? await remote(request, context) : await local(request, flags.socket, context);
  const rows = response.rowsJson.map(toRow);
  await context.printList(rows, rows, columnsOf(rows), `the map ${map} is empty`);
  if (response.truncated)
    context.io.err(`sluice: there is more than ${limit} entries\n  --limit shows more, --filter less\n`);
}

interface Request {
  node: string;
  map: string;
  limit: number;
  filter: string;
}

async function remote(request: Request, context: Context): Promise<DumpMapResponse> {
  const connection = await context.connect();
  return connection.call('reads', ({ inspection }, options) => inspection.dumpMap(request, options));
}

async function local(request: Request, socket: string, context: Context): Promise<DumpMapResponse> {
  const { openAgent } = await import('../agent.js');
  const agent = await openAgent(socket, context.globals.timeoutMs);
  try {
    return await agent.agent.dumpMap(request);
  } catch (error) {
    throw (await import('../errors.js')).toCliError(error, socket);
  } finally {
    agent.close();
  }
}

/** `sluice map dump` */
export function addMap(program: Command, context: Context): void {
  const command = program
    .command('map')
    .description('what is in a node’s kernel')
    .command('dump')
    .description('entries of a map')
    .usage('[options] NODE MAP | [options] --socket PATH MAP')
    // A required argument cannot follow an optional one, so with --socket the map stands in the first place.
    .argument('<node>', 'name of the node; with --socket the map')
    .argument('[map]', MAPS.join(', '))
    .option('--filter <text>', 'only entries that contain this', '')
    .option('--limit <n>', 'at most so many', '1000')
    .option('--socket <path>', 'ask the agent of this machine, not the control plane');
  context.remote(command, () => command.opts<DumpFlags>().socket === undefined);
  command.action(async (first: string, second: string | undefined) => {
    const flags = command.opts<DumpFlags>();
    const local = flags.socket !== undefined;
    const map = local ? first : second;
    if (map === undefined)
      throw usageError('name a node and a map', 'sluice map dump NODE MAP; sluice nodes lists the nodes');
    if (local && second !== undefined)
      throw usageError('with --socket there is no node to name', 'sluice map dump --socket PATH MAP');
    await dump(local ? '' : first, map, flags, context);
  });
}
