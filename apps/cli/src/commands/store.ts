import type { Command } from 'commander';
import type { KnownStore, KnownStoresResponse } from '@sluice/api';
import type { Connection } from '../connection.js';
import type { Context } from '../context.js';
import { CliError, Exit, usageError } from '../exit.js';
import { formatRevision } from '../names.js';
import { printable } from '../printable.js';
import { formatTable } from '../table.js';

interface AcceptFlags {
  readonly uuid?: string;
  readonly force?: boolean;
}

/** What nodes know, whichever replica their streams end at. */
interface Known {
  readonly stores: readonly KnownStore[];
  readonly silentNodes: readonly string[];
  readonly clusterUuid: string;
  readonly generation: number;
}

/** Joins the answers of replicas: a node that is silent at one may have dialled another. */
export function joinKnown(answers: readonly KnownStoresResponse[]): Known {
  const byNode = new Map(answers.flatMap(({ stores }) => stores.map((s) => [s.node, s] as const)));
  const silent = new Set(answers.flatMap(({ silentNodes }) => silentNodes));
  const [first] = answers;
  return {
    stores: [...byNode.values()].sort((a, b) => (a.node < b.node ? -1 : 1)),
    silentNodes: [...silent].filter((node) => !byNode.has(node)).sort(),
    clusterUuid: first?.clusterUuid ?? '',
    generation: first?.revision?.generation ?? 0,
  };
}

async function askKnown(connection: Connection): Promise<Known> {
  const answers = await connection.each(({ cluster }, options) => cluster.knownStores({ node: '' }, options));
  if (answers.length === 0) throw connection.unreachable();
  return joinKnown(answers);
}

async function statusAction(context: Context): Promise<void> {
  const known = await askKnown(await context.connect());
  if (context.machineReadable) return context.print(known);
  const nodes = formatTable(
    known.stores,
    [
      { title: 'NODE', value: ({ node }) => node },
      { title: 'CLUSTER', value: ({ uuid }) => uuid },
      { title: 'KNOWN', value: (s) => formatRevision(s) },
      { title: 'STATE', value: ({ frozen }) => (frozen === '' ? 'follows the store' : `frozen: ${frozen}`) },
    ],
    false,
  );
  const head = `the store is cluster ${printable(known.clusterUuid)}, generation ${known.generation}\n`;
  const silent = known.silentNodes.map((node) => `${printable(node)} does not answer\n`).join('');
  await context.io.out(head + nodes + silent);
}

/** The one cluster that nodes know. Throws CliError where they know several and none is named. */
export function clusterOf(stores: readonly KnownStore[], named: string | undefined): string {
  if (named !== undefined) return named;
  const uuids = [...new Set(stores.map(({ uuid }) => uuid).filter((uuid) => uuid !== ''))];
  if (uuids.length > 1)
    throw usageError(`nodes know ${uuids.length} clusters: ${uuids.join(', ')}`, 'name one with --uuid');
  return uuids[0] ?? '';
}

async function acceptAction(flags: AcceptFlags, context: Context): Promise<void> {
  const connection = await context.connect();
  const { stores } = await askKnown(connection);
  const frozen = stores.filter((store) => store.frozen !== '');
  if (frozen.length === 0 && flags.force !== true)
    throw new CliError(
      Exit.failed,
      'no node that answers is frozen: there is nothing to accept',
      'sluice store status tells what nodes know; --force accepts all the same',
    );
  const generation = Math.max(0, ...stores.map((store) => store.generation));
  const request = { uuid: clusterOf(stores, flags.uuid), generation };
  const answer = await connection.call('changes', ({ cluster }, options) =>
    cluster.acceptStore(request, options),
  );
  if (context.machineReadable) return context.print(answer);
  const nodes = frozen.map(({ node }) => node).join(', ') || 'no node was frozen';
  const text = `accepted at ${formatRevision(answer.revision)}: ${nodes} will follow the store as it is`;
  await context.io.out(`${printable(text)}\n`);
}

/** `sluice store status` and `sluice store accept`. */
export function addStore(program: Command, context: Context): void {
  const store = program.command('store').description('the store (etcd) as nodes know it');
  context
    .remote(store.command('status'))
    .description('which store each node knows, and whether it is frozen')
    .action(async () => statusAction(context));
  const accept = context
    .remote(store.command('accept'))
    .description('say that a store which was restored or made anew is meant as it is; frozen nodes follow it')
    .option('--uuid <uuid>', 'the cluster that nodes know, where they do not agree')
    .option('--force', 'also where no node is frozen');
  accept.action(async () => acceptAction(accept.opts<AcceptFlags>(), context));
}
