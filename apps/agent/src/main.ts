import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { runAgent } from './run.js';
import { messageOf } from './util/errors.js';
import { createLog } from './util/log.js';

const USAGE = 'usage: agent --config agent.json';

/** The compiled objects: beside the bundle, else where the build puts them. */
function bpfFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [join(here, 'bpf'), join(here, '../../../bpf/build')];
  return places.find((place) => existsSync(join(place, 'endpoint.bpf.o'))) ?? places[0]!;
}

async function main(): Promise<void> {
  // Whatever this process makes is root's alone, sockets too.
  process.umask(0o077);
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error(USAGE);
  const config = readConfig(values.config);
  const log = createLog(config.node, (line) => process.stderr.write(line));
  const running = await runAgent(config, config.bpfDir ?? bpfFolder(), log);
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping; the data path stays in place', { signal });
    void Promise.resolve(running[Symbol.asyncDispose]()).finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error: messageOf(error) }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
