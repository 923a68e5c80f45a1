import { parseArgs } from 'node:util';
import { startControlPlane } from './app.js';
import { ConfigError, readConfig } from './config.js';
import { VERSION } from './version.js';

const USAGE = 'usage: main.js --config controlplane.json [--policy-dir DIR]';
/** A stop that hangs must not keep a dead replica around. */
const STOP_MS = 5_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      'policy-dir': { type: 'string' },
      version: { type: 'boolean' },
    },
  });
  if (values.version === true) return void process.stdout.write(`${VERSION}\n`);
  if (values.config === undefined) throw new ConfigError(USAGE);
  const policyDir = values['policy-dir'];
  const config = readConfig(values.config);
  const plane = await startControlPlane(policyDir === undefined ? config : { ...config, policyDir });
  process.stdout.write(`ready after ${Math.round(process.uptime() * 1000)} ms\n`);
  const end = () => {
    setTimeout(() => process.exit(1), STOP_MS).unref();
    void plane.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: unknown) => {
  const known =
    error instanceof ConfigError || (error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
  process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exit(known ? 2 : 1);
});
