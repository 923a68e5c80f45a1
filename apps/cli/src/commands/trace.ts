import type { Command } from 'commander';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { readInput } from '../input.js';
import { parsePortNumber } from '../port.js';
import type { TraceFlags } from './policy/trace.js';

interface Flags extends TraceFlags {
  readonly file?: string;
  readonly filename?: string;
}

async function remote(flags: Flags, context: Context): Promise<void> {
  const { from, to, fromNamespace, toNamespace, filename } = flags;
  const target = parsePortNumber(flags.port);
  const text = filename === undefined ? '' : (await readInput(filename, context.io)).text;
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) =>
    policies.trace({ from, to, ...target, text, fromNamespace, toNamespace }, options),
  );
  if (context.machineReadable) return context.print(answer);
  const { explanationText } = await import('./explanation.js');
  await context.io.out(explanationText(answer, `${from} -> ${to} ${flags.port}`));
}

/** `sluice trace` */
export function addTrace(program: Command, context: Context): void {
  const trace = program
    .command('trace')
    .description('why one may or may not talk to the other, for workloads that need not exist')
    .requiredOption('--from <party>', 'scope/name, node/NAME, an address, an entity, or labels k8s:app=web,...')
    .requiredOption('--to <party>', 'the same')
    .requiredOption('--port <port>', 'PORT/PROTOCOL: 8443/TCP, 8/ICMP')
    .option('--from-namespace <name>', 'namespace of labels that do not say it', 'default')
    .option('--to-namespace <name>', 'the same', 'default')
    .option('--file <world>', 'the world of this PolicyTest; asks no server')
    .option('-f, --filename <policies>', 'with these policies in place of those that are applied; - is stdin');
  const isLocal = () => trace.opts<Flags>().file !== undefined;
  context.remote(trace, () => !isLocal());
  trace.action(async () => {
    const flags = trace.opts<Flags>();
    if (flags.file === undefined) return remote(flags, context);
    if (flags.filename !== undefined) throw usageError('a world of a file has its own policies', 'leave -f out');
    const { traceFileAction } = await import('./policy/trace.js');
    return traceFileAction(flags.file, flags, context);
  });
} // prettier-ignore
