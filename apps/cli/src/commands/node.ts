import type { Command } from 'commander';
import type { AgentClients, NodeEnforcement } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { secondsOf } from './apply.js';

interface EnforcementFlags {
  readonly for?: string;
  readonly reason: string;
  readonly socket?: string;
}

async function print(context: Context, enforcement: NodeEnforcement): Promise<void> {
  if (context.machineReadable) return context.print(enforcement);
  const { until } = enforcement;
  const text =
    until === ''
      ? 'policy is enforced on this node'
      : `NO POLICY IS ENFORCED on this node until ${until}; sluice node enforcement resume ends it`;
  await context.io.out(`${text}\n`);
}

/** Seconds that the words ask for; null: only to be told. Throws CliError (usage). */
function secondsFor(what: string | undefined, duration: string | undefined): number | null {
  if (what === undefined) {
    if (duration !== undefined) throw usageError('--for goes with `never`');
    return null;
  }
  if (what === 'resume') return 0;
  if (what !== 'never') throw usageError(`'${what}' is neither never nor resume`);
  if (duration === undefined)
    throw usageError('--for is missing: how long no policy is enforced', 'for example --for 10m');
  return secondsOf('--for', duration);
}

/** `sluice node`: this machine, through its agent alone. */
export function addNode(program: Command, context: Context): void {
  const node = program.command('node').description('this machine, through its agent (root only)');
  const enforcement = node
    .command('enforcement')
    .description('break glass: enforce no policy on this node for a while, also with everything else dead')
    .argument('[what]', 'never: begin (with --for); resume: end at once; nothing: tell')
    .option('--for <duration>', 'how long; at most 24h; the kernel ends it by itself')
    .option('--reason <text>', 'for the log of the agent', '')
    .option('--socket <path>', 'socket of the agent; default: $SLUICE_SOCKET or /run/sluice/agent.sock');
  enforcement.action(async (what?: string) => {
    const flags = enforcement.opts<EnforcementFlags>();
    const seconds = secondsFor(what, flags.for);
    const { withAgent } = await import('../agent.js');
    await withAgent(context, flags.socket, async ({ agent }: AgentClients) => {
      const answer =
        seconds === null
          ? await agent.getEnforcement({})
          : await agent.suspendEnforcement({ seconds, reason: flags.reason });
      await print(context, answer);
    });
  });
}
