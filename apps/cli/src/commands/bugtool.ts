import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Connection } from '../connection.js';
import type { Context } from '../context.js';
import { CliError, Exit, usageError } from '../exit.js';
import { VERSION } from '../version.js';

interface BugtoolFlags {
  file?: string;
  node: string[];
  rows: string;
  flows: string;
}

const list = (value: string, all: string[]) => [...all, ...value.split(',').filter((item) => item !== '')];

function count(flag: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usageError(`${flag} '${text}' is not a number from 0 to 999999`);
  return Number(text);
}

async function nodesOf(connection: Connection, wanted: readonly string[]): Promise<readonly string[]> {
  const { nodes } = await connection.call('reads', ({ cluster }, options) => cluster.listNodes({}, options));
  const names = nodes.map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError(`there is no node '${unknown}'`, `there are ${names.join(', ')}`);
  return wanted.length > 0 ? wanted : names;
}

async function bugtool(flags: BugtoolFlags, context: Context): Promise<void> {
  const created = new Date().toISOString();
  const path = resolve(
    context.io.cwd,
    flags.file ?? `sluice-bugtool-${created.replace(/[:.]/g, '-')}.tar.gz`,
  );
  const limits = { rows: count('--rows', flags.rows), flows: count('--flows', flags.flows) };
  if (existsSync(path)) throw usageError(`${path} is there already`, 'name another file with --file');
  const [{ clusterParts, nodeParts }, { writeArchive }] = await Promise.all([
    import('../bugtool/parts.js'),
    import('../bugtool/archive.js'),
  ]);
  const connection = await context.connect();
  const nodes = await nodesOf(connection, flags.node);
  const parts = [
    ...clusterParts(connection),
    ...nodes.flatMap((node) => nodeParts(connection, node, limits)),
  ];
  // A node that does not answer makes a replica look as if it did not.
  const asked = parts.map(({ file, make }) => ({ file, make: () => (connection.forgive(), make()) }));
  const { name, servers } = connection.context;
  const about = { created, version: VERSION, node: process.version, context: name, servers, nodes };
  const entries = await writeArchive(path, about, asked, ({ file, error }) => {
    if (error !== null) context.io.err(`sluice: ${file}: ${error}\n`);
  });
  const missing = entries.filter(({ error }) => error !== null);
  if (context.machineReadable) await context.print({ file: path, parts: entries });
  else
    await context.io.out(
      `${path}\n${entries.length - missing.length} of ${entries.length} parts; read it before you give it to anybody: it names workloads, labels, addresses and policies\n`,
    );
  if (missing.length === entries.length) throw new CliError(Exit.failed, 'no part could be had');
}

/** `sluice bugtool` */
export function addBugtool(program: Command, context: Context): void {
  const command = program
    .command('bugtool')
    .description(
      'an archive of what the cluster and its nodes say, without secrets, for whoever searches a fault',
    )
    .option('--file <path>', 'where to; default: sluice-bugtool-TIME.tar.gz here')
    .option('--node <node>', 'only of these nodes', list, [])
    .option('--rows <n>', 'at most so many rows of each map', '10000')
    .option('--flows <n>', 'at most so many flows of each node', '1000');
  context.remote(command).action(async () => bugtool(command.opts<BugtoolFlags>(), context));
}
