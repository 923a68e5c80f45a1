import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { Flow, ObserveRequestInput } from '@sluice/api';
import type { Connection } from '../connection.js';
import type { Context } from '../context.js';
import { PROTOCOLS, toRequest, VERDICTS, type ObserveFlags } from '../observe/filter.js';

const list = (value: string, all: string[]) => [...all, ...value.split(',').filter((item) => item !== '')];
/** A stream that was lost is opened anew for this long before the command gives up. */
const RETRIES = 30;
const RETRY_MS = 1000;

async function printer(context: Context) {
  const { printFlow } = await import('../observe/print.js');
  const { format } = context.globals;
  return async (flow: Flow) => context.io.out(await printFlow(flow, format));
}

/** From the agent of this machine: works without a control plane. */
async function observeSocket(socket: string, request: ObserveRequestInput, context: Context): Promise<void> {
  const [{ openAgent }, { drain }, print] = await Promise.all([
    import('../agent.js'),
    import('../observe/stream.js'),
    printer(context),
  ]);
  const clients = await openAgent(socket, context.globals.timeoutMs);
  try {
    const ending = await drain(clients.agent.observe(request), context.io.signal, print);
    if (ending.by === 'failure') throw (await import('../errors.js')).toCliError(ending.error, socket);
  } finally {
    clients.close();
  }
}

/** From all nodes, through the first replica that answers; with `follow` it goes on with another when that one dies. */
async function observeCluster(request: ObserveRequestInput, context: Context): Promise<void> {
  const [{ drain, Seen }, print] = await Promise.all([import('../observe/stream.js'), printer(context)]);
  const { signal } = context.io;
  const connection = await context.connect();
  const seen = new Seen();
  const take = async (flow: Flow) => (seen.isNew(flow) ? print(flow) : undefined);
  for (;;) {
    const { server, clients } = await replica(connection, request.follow === true && seen.any, signal);
    seen.restart();
    const ending = await drain(clients.flows.observe(request), signal, take);
    if (ending.by === 'user' || (ending.by === 'server' && request.follow !== true)) return;
    if (ending.by === 'failure' && ending.error.code !== 'UNAVAILABLE')
      throw (await import('../errors.js')).toCliError(ending.error, server);
    const reason = ending.by === 'failure' ? (ending.error.message.split('\n')[0] ?? '') : 'the stream ended';
    connection.giveUp(server, reason);
    context.io.err(`sluice: ${server}: ${reason}; trying the next replica\n`);
    seen.any = true;
  }
}

/** The next replica; once a stream was up, all of them are tried again for a while. */
async function replica(connection: Connection, patient: boolean, signal: AbortSignal) {
  for (let round = 0; ; round += 1) {
    try {
      return await connection.first();
    } catch (error) {
      if (!patient || round >= RETRIES || signal.aborted) throw error;
      connection.forgive();
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** `sluice observe` */
export function addObserve(program: Command, context: Context): void {
  const observe = program
    .command('observe')
    .description('flows with their verdict, and the rule that decided each')
    .option('-f, --follow', 'go on with new flows')
    .option('--last <n>', 'at most so many earlier flows of each node', '20')
    .option('--from <peer>', 'source: SCOPE/NAME, NAME, address, or label', list, [])
    .option('--to <peer>', 'destination: the same', list, [])
    .option('--workload <peer>', 'either side: the same', list, [])
    .option('--node <node>', 'seen on this node', list, [])
    .addOption(new Option('--verdict <verdict>', VERDICTS.join(', ')).argParser(list).default([]))
    .addOption(
      new Option('--protocol <protocol>', `${PROTOCOLS.join(', ')}, or a number`).argParser(list).default([]),
    )
    .option('--port <port>', 'destination port', list, [])
    .option('--policy <policy>', 'decided by SCOPE/NAME or NAME', list, [])
    .option('--identity <number>', 'either side', list, [])
    .option('--staged', 'only where staged policies would decide otherwise')
    .option('--socket <path>', 'ask the agent of this machine, not the control plane');
  context.remote(observe, () => observe.opts<{ socket?: string }>().socket === undefined);
  observe.action(async () => {
    const flags = observe.opts<ObserveFlags & { socket?: string }>();
    const request = toRequest(flags);
    if (flags.socket === undefined) return observeCluster(request, context);
    await observeSocket(flags.socket, request, context);
  });
}
