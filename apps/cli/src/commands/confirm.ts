import type { Command } from 'commander';
import type { Context } from '../context.js';
import { printApplied } from './apply.js';

/** `sluice confirm` */
export function addConfirm(program: Command, context: Context): void {
  context
    .remote(program.command('confirm'))
    .description('let a change hold that `apply --confirm` would take back')
    .argument('<change>', 'as apply told it')
    .action(async (change: string) => {
      const connection = await context.connect();
      const response = await connection.call('changes', ({ policies }, options) =>
        policies.confirm({ change }, options),
      );
      if (context.machineReadable) return printApplied(context, response, false);
      await context.io.out(`change ${response.change} is confirmed\n`);
    });
}
