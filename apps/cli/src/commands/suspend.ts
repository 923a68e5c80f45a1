import type { Command } from 'commander';
import type { Suspension } from '@sluice/api';
import type { Context } from '../context.js';
import { printable } from '../printable.js';
import { secondsOf } from './apply.js';

interface SuspendFlags {
  readonly for: string;
  readonly reason: string;
}

async function print(context: Context, suspension: Suspension): Promise<void> {
  if (context.machineReadable) return context.print(suspension);
  const { until } = suspension;
  const text =
    until === '' ? 'policy is enforced' : `no policy is enforced until ${until}; sluice resume ends it`;
  await context.io.out(`${printable(text)}\n`);
}

/** `sluice suspend` and `sluice resume`. */
export function addSuspend(program: Command, context: Context): void {
  const suspend = context
    .remote(program.command('suspend'))
    .description('enforce no policy for a while, on every node; it ends by itself')
    .requiredOption('--for <duration>', 'how long; at most 24h')
    .option('--reason <text>', 'for the audit log and for `sluice status`', '');
  suspend.action(async () => {
    const flags = suspend.opts<SuspendFlags>();
    const request = { seconds: secondsOf('--for', flags.for), reason: flags.reason };
    const connection = await context.connect();
    const answer = await connection.call('changes', ({ policies }, o) => policies.suspend(request, o));
    await print(context, answer);
  });
  context
    .remote(program.command('resume'))
    .description('enforce policy again, at once')
    .action(async () => {
      const connection = await context.connect();
      const answer = await connection.call('changes', ({ policies }, o) => policies.resume({}, o));
      await print(context, answer);
    });
}
