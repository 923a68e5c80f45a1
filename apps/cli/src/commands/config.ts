import type { Command } from 'commander';
import type { CliContext } from '@sluice/api';
import type { Context } from '../context.js';
import type { Column } from '../table.js';

/** `sluice config view|use-context|get-contexts` */
export function addConfig(program: Command, context: Context): void {
  const config = program.command('config').description('contexts: which cluster, and as whom');
  config
    .command('view')
    .description('the config file as it is understood')
    .action(async () => {
      const { readConfig } = await import('../config.js');
      const value = readConfig(context.globals.configPath);
      if (context.machineReadable) return context.print(value);
      const { stringify } = await import('yaml');
      await context.io.out(`# ${context.globals.configPath}\n${stringify(value)}`);
    });
  config
    .command('use-context')
    .description('make a context the current one')
    .argument('<name>')
    .action(async (name: string) => {
      const { chooseContext, readConfig, writeConfig } = await import('../config.js');
      const path = context.globals.configPath;
      const value = readConfig(path);
      chooseContext(value, name, path);
      writeConfig(path, { ...value, currentContext: name });
      if (context.machineReadable) return context.print({ currentContext: name });
      await context.io.out(`current context: ${name}\n`);
    });
  config
    .command('get-contexts')
    .description('all contexts')
    .action(async () => {
      const { readConfig } = await import('../config.js');
      const value = readConfig(context.globals.configPath);
      const current = context.globals.context ?? value.currentContext;
      const columns: readonly Column<CliContext>[] = [
        { title: 'CURRENT', value: (c) => (c.name === current ? '*' : ' ') },
        { title: 'NAME', value: (c) => c.name },
        { title: 'SERVERS', value: (c) => c.servers.join(' ') },
        { title: 'CERTIFICATE', value: (c) => c.tls.cert, wide: true },
        { title: 'NETNS', value: (c) => c.netns ?? '', wide: true },
      ];
      await context.printList(
        { ...value, currentContext: current },
        value.contexts,
        columns,
        'there are no contexts',
      );
    });
}
