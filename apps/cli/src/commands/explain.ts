import type { Command } from 'commander';
import type { Context } from '../context.js';
import { parsePortNumber } from '../port.js';

interface Flags {
  readonly port: string;
  readonly kernel?: boolean;
}

async function explainAction(from: string, to: string, flags: Flags, context: Context): Promise<void> {
  const target = parsePortNumber(flags.port);
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) =>
    policies.explain({ from, to, ...target, kernel: flags.kernel ?? false }, options),
  );
  if (context.machineReadable) return context.print(answer);
  const { explanationText } = await import('./explanation.js');
  await context.io.out(explanationText(answer, `${from} -> ${to} ${flags.port}`));
}

/** `sluice explain` */
export function addExplain(program: Command, context: Context): void {
  const explain = context
    .remote(program.command('explain'))
    .description('why one may or may not talk to the other: rules that match, rules that nearly do')
    .argument('<from>', 'scope/name or scope/name@node of a workload, node/NAME, an address, an entity')
    .argument('<to>', 'the same')
    .requiredOption('--port <port>', 'PORT/PROTOCOL: 8443/TCP, 8/ICMP')
    .option('--kernel', 'also what the nodes’ kernels hold: the map entry and the connection');
  explain.action(async (from: string, to: string) => explainAction(from, to, explain.opts<Flags>(), context));
}
