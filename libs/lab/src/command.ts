import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { destroyLab, labNames, remains } from './cleanup.js';
import { LabError } from './errors.js';
import { spawnInherit } from './exec.js';
import { Lab } from './lab.js';
import { livingOwner } from './owner.js';
import { checkoutRoot, labPaths } from './paths.js';
import { matrixTable } from './scenario/matrix.js';
import { playShop, shopFile, type ShopReport } from './scenario/run.js';

const HELP = `sluice lab [up] [--once] [--json] [--name NAME] [--nodes N] [--routing tunnel|native]
    a cluster in network namespaces of this machine, with a shop in it; stays until Ctrl-C
    --once   play the scenario, then remove everything; exit code 1 if anything was not as it should be
    --json   one JSON document on stdout
sluice lab status [--json] [--name NAME]   which labs there are
sluice lab exec [--name NAME] NAMESPACE [--] COMMAND...   run a command in node1, node1-web, cp, …
sluice lab down [--name NAME]   end a lab and remove all that it made, also after a crash
`;

interface Flags {
  readonly once: boolean;
  readonly json: boolean;
  readonly name: string;
  readonly nodes: string;
  readonly routing: string;
}

/** `sluice lab …`; returns the exit code: 1 something failed, 2 not understood. Everything is removed when it returns. */
export async function labCommand(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    const hint = error instanceof LabError && error.hint !== null ? `\n  ${error.hint}` : '';
    process.stderr.write(`sluice lab: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
    return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1;
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const first = argv[0]?.startsWith('-') === false ? argv[0] : 'up';
  const rest = first === argv[0] ? argv.slice(1) : argv;
  if (first === 'exec') return exec(rest);
  const { values } = parseArgs({
    args: [...rest],
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      name: { type: 'string', default: 'lab' },
      nodes: { type: 'string', default: '3' },
      routing: { type: 'string', default: 'tunnel' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || first === 'help') return say(HELP, 0);
  if (first === 'up') return up(values);
  if (first === 'down') return down(values.name);
  if (first === 'status') return status(values.json);
  process.stderr.write(`sluice lab: '${first}' is not known\n${HELP}`);
  return 2;
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

async function down(name: string): Promise<number> {
  await destroyLab(name);
  return say(`lab ${name} is gone\n`, 0);
}

function status(json: boolean): number {
  const labs = labNames().map((name) => ({
    name,
    up: livingOwner(labPaths(name).owner) !== null,
    processes: remains(name).processes.length,
  }));
  if (json) return say(`${JSON.stringify(labs, null, 2)}\n`, 0);
  const lines = labs.map(
    ({ name, up, processes }) => `${name}  ${up ? 'up' : 'left behind'}  ${processes} processes`,
  );
  return say(`${lines.join('\n') || 'no lab'}\n`, 0);
}

async function exec(args: readonly string[]): Promise<number> {
  const named = args[0] === '--name';
  const name = (named ? args[1] : undefined) ?? 'lab';
  const [netns = '', ...rest] = named ? args.slice(2) : args;
  const command = rest[0] === '--' ? rest.slice(1) : rest;
  const file = join(labPaths(name).netns, netns);
  if (netns === '' || netns.includes('/') || !existsSync(file))
    throw new LabError(`lab ${name} has no namespace '${netns}'`, `there are: ls ${labPaths(name).netns}`);
  return spawnInherit('nsenter', [`--net=${file}`, '--', ...(command.length > 0 ? command : ['sh'])]);
}

/** Resolves at the first signal to end, or when nobody reads the output any more: `scripts/lab | head` removes the lab too. */
function interruption(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const stream of [process.stdout, process.stderr])
      stream.removeAllListeners('error').on('error', () => resolve('interrupted'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve('interrupted'));
  });
}

async function up({ once, json, name, nodes, routing }: Flags): Promise<number> {
  const count = Number(nodes);
  if (!Number.isInteger(count) || count < 3 || count > 9)
    throw new LabError('--nodes is a number from 3 to 9');
  if (routing !== 'tunnel' && routing !== 'native') throw new LabError('--routing is tunnel or native');
  const interrupted = interruption();
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  const started = scriptStart();
  const starting = Lab.start({ name, nodes: count, routing, progress: (step) => tell(`- ${step}`) });
  // Ctrl-C during the start: what is there is removed when the start has come to its end.
  const lab = await starting;
  try {
    const readySeconds = round((Date.now() - started) / 1000);
    tell(`ready after ${readySeconds} s`);
    const played = await Promise.race([
      interrupted,
      play(lab, json ? tell : (text) => void say(`${text}\n`, 0)),
    ]);
    if (played === 'interrupted') return 130;
    if (json) process.stdout.write(`${JSON.stringify(document(played, readySeconds), null, 2)}\n`);
    const ok = played.checks.every((check) => check.ok);
    if (once) return ok ? 0 : 1;
    if (!json) say(howToGoOn(lab), 0);
    await interrupted;
    return ok ? 0 : 1;
  } finally {
    tell('removing the lab');
    await lab[Symbol.asyncDispose]();
  }
}

/** When the user's command began: scripts/lab tells, in milliseconds since 1970. */
const scriptStart = () =>
  Number(process.env['SLUICE_LAB_STARTED'] ?? '') || Date.now() - process.uptime() * 1000;
const round = (value: number) => Math.round(value * 100) / 100;

const document = (report: ShopReport, readySeconds: number) => ({
  ok: report.checks.every((check) => check.ok),
  readySeconds,
  realizedLatencyMs: round(report.realizedLatencyMs),
  revision: report.revision,
  checks: report.checks,
  before: report.before,
  after: report.after,
  flows: report.flows,
});

async function play(lab: Lab, tell: (text: string) => void): Promise<ShopReport> {
  tell('- a shop: web, orders, payments, database and a stranger, with real servers on IPv4 and IPv6');
  const report = await playShop(lab, {
    before: (answers) => tell(`\nBefore any policy (rows call columns):\n${matrixTable(answers)}\n`),
    applied: (ms) => tell(`applied examples/shop.yaml: in every kernel after ${ms.toFixed(1)} ms`),
    after: (answers) => tell(`\nAfter:\n${matrixTable(answers)}\n`),
  });
  tell('Why (through the control plane):');
  const shown = report.flows.filter(({ family, port }) => family === 4 && port !== 9901);
  for (const flow of [
    ...shown.filter((f) => f.policy !== null),
    ...shown.filter((f) => f.policy === null).slice(0, 4),
  ]) {
    const why =
      flow.policy === null ? flow.reason : `policy ${flow.policy} ${flow.rule} revision ${flow.revision}`;
    tell(
      `  ${flow.node}  ${flow.from} -> ${flow.to}:${flow.port}  ${flow.verdict}  ${flow.direction}: ${why}`,
    );
  }
  for (const { name, ok, details } of report.checks) {
    tell(`${ok ? 'ok    ' : 'WRONG '} ${name}`);
    for (const line of details) tell(`         ${line}`);
  }
  return report;
}

function howToGoOn(lab: Lab): string {
  const sluice = join(checkoutRoot(), 'scripts/sluice');
  const name = lab.paths.name === 'lab' ? '' : ` --name ${lab.paths.name}`;
  return `
The lab stays up until Ctrl-C. In another terminal:
  export SLUICE_CONFIG=${lab.cliConfig}
  ${sluice} status
  ${sluice} observe --last 20
  ${sluice} get policies
  ${sluice} map dump node1 policy
  ${sluice} apply -f ${shopFile()} --wait
  ${sluice} lab exec${name} node1-web curl http://ADDRESS:8080/   # addresses: ${sluice} endpoints
`;
}
