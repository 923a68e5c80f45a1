import type { Command } from 'commander';
import type { Check, StatusResponse } from '@sluice/api';
import type { Attempt, Connection } from '../connection.js';
import type { Context } from '../context.js';
import { CliError, Exit } from '../exit.js';
import { formatRevision } from '../names.js';
import { printable } from '../printable.js';

const LEVELS: Readonly<Record<string, number>> = { error: 0, warning: 1 };
const severity = (check: Check) => LEVELS[check.level] ?? 2;

/** The checks of the control plane and those that only a client can make, the worst first. */
export function allChecks(status: StatusResponse | null, failed: readonly Attempt[]): readonly Check[] {
  const replicas = failed.map(({ server, reason }) => ({
    name: 'replica',
    level: status === null ? 'error' : 'warning',
    message: `${server}: ${reason}`,
    hint: 'start it, or correct the address in the context; its log says why it stopped',
  }));
  return [...(status?.checks ?? []), ...replicas].sort((a, b) => severity(a) - severity(b));
}

/** The screen: who answered, then one line for each check, and below it what to do. */
export function formatStatus(
  status: StatusResponse | null,
  checks: readonly Check[],
  context: string,
): string {
  const head =
    status === null
      ? `control plane: no replica answers (context ${context})\n`
      : `cluster ${status.clusterUuid}  revision ${formatRevision(status.revision)}  replica ${status.replica}  version ${status.version}\n`;
  const width = Math.max(0, ...checks.map((check) => check.name.length));
  const lines = checks.map((check) => {
    const line = `${check.level.padEnd(7)}  ${check.name.padEnd(width)}  ${check.message}`.trimEnd();
    const hint =
      check.hint === '' || severity(check) > 1
        ? ''
        : `\n${' '.repeat(width + 11)}-> ${printable(check.hint)}`;
    return `${printable(line)}${hint}\n`;
  });
  const tail =
    status === null
      ? 'Traffic goes on: nodes enforce the last policy they know. Nothing can be changed until a replica answers.\n'
      : '';
  return head + lines.join('') + tail;
}

/** The first answer, with the nodes that others know to be frozen: a replica knows those whose streams end at it. */
function withFrozen([first, ...others]: readonly StatusResponse[]): StatusResponse | null {
  if (first === undefined) return null;
  const known = new Set(first.checks.map(({ name, message }) => `${name} ${message}`));
  const more = others
    .flatMap(({ checks }) => checks)
    .filter(({ message }) => message.startsWith('frozen: '))
    .filter(({ name, message }) => !known.has(`${name} ${message}`));
  return { ...first, checks: [...first.checks, ...more] };
}

async function statusAction(context: Context): Promise<void> {
  const connection = await context.connect();
  const answers = await askAll(connection);
  const status = withFrozen(answers);
  const checks = allChecks(status, connection.failed);
  if (context.machineReadable)
    await context.print({ ...(status ?? { cluster: null }), checks, failed: connection.failed });
  else await context.io.out(formatStatus(status, checks, connection.context.name));
  if (status === null) throw connection.unreachable();
  const wrong = checks.filter((check) => check.level === 'error');
  if (wrong.length > 0)
    throw new CliError(Exit.failed, `${wrong.length} ${wrong.length === 1 ? 'check fails' : 'checks fail'}`);
}

/** Asks every replica, so that one that is down shows although another answers. Throws where all refuse the caller. */
async function askAll(connection: Connection): Promise<readonly StatusResponse[]> {
  const answers = await connection.each(({ cluster }, options) => cluster.status({ node: '' }, options));
  return answers;
}

/** `sluice status` */
export function addStatus(program: Command, context: Context): void {
  context
    .remote(program.command('status'))
    .description('what is wrong and what to do, on one screen')
    .action(async () => statusAction(context));
}
