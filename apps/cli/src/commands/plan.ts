import type { Command } from 'commander';
import type { PlanResponse, PlanRow, RecordedFlow, RuleRef, SubjectSize } from '@sluice/api';
import type { Context } from '../context.js';
import { CliError, Exit, usageError } from '../exit.js';
import { readInput } from '../input.js';
import { formatRevision } from '../names.js';
import { printable } from '../printable.js';
import { fullName } from '../refs.js';
import { formatTable, type Column } from '../table.js';
import { partyText } from './explanation.js';

const LAST_PORT = 65_535;

function portsText({ protocol, firstPort, lastPort }: PlanRow): string {
  if (protocol === 'ANY') return 'everything';
  const whole = firstPort === 0 && lastPort >= (protocol.startsWith('ICMP') ? 255 : LAST_PORT);
  if (whole) return protocol;
  return `${protocol} ${firstPort === lastPort ? firstPort : `${firstPort}-${lastPort}`}`;
}

const rulesText = (rules: readonly RuleRef[]) =>
  rules.map(({ policy, rule }) => `${fullName(policy)} ${rule}`).join(', ');

/** Who decides afterwards and, where nobody does any more, who did. */
function why({ before, after, afterReason }: PlanRow): string {
  if (after.length > 0) return rulesText(after);
  return before.length === 0 ? afterReason : `${afterReason}; before: ${rulesText(before)}`;
}

const ROWS: readonly Column<PlanRow>[] = [
  { title: 'CHANGE', value: (r) => (r.allowed ? '+ allowed' : '- denied') },
  { title: 'FROM', value: (r) => partyText(r.source) },
  { title: 'TO', value: (r) => partyText(r.destination) },
  { title: 'PORTS', value: portsText },
  { title: 'BECAUSE', value: why },
];
const SIZES: readonly Column<SubjectSize>[] = [
  { title: 'SUBJECT', value: (s) => partyText(s.subject) },
  { title: 'ENTRIES', value: (s) => `${s.before} -> ${s.after}` },
];
const FLOWS: readonly Column<RecordedFlow>[] = [
  { title: 'SEEN', value: (f) => String(f.count) },
  { title: 'LAST', value: (f) => f.last },
  { title: 'FROM', value: (f) => partyText(f.source) },
  { title: 'TO', value: (f) => partyText(f.destination) },
  { title: 'PORT', value: (f) => `${f.port}/${f.protocol}` },
  { title: 'UNTIL NOW', value: (f) => (f.verdict === 'FORWARDED' ? 'allowed' : 'denied') },
];

/** A plan as it is read: what changes, how much, and the revision that an apply can depend on. */
export function planText(plan: PlanResponse): string {
  const { rows, gained, lost, sizes, capacity, flows, flowsSince, silentNodes } = plan;
  const parts = [
    plan.results.map(({ policy, action }) => `${fullName(policy)} ${action}\n`).join(''),
    rows.length === 0 ? 'no verdict between live workloads changes\n' : formatTable(rows, ROWS, false),
    `${gained} gained, ${lost} lost${gained + lost > rows.length ? `; the first ${rows.length} are shown` : ''}\n`,
    sizes.length === 0 ? '' : `\n${formatTable(sizes, SIZES, false)}of at most ${capacity}\n`,
    plan.needsForce ? 'a policy map would be more than 80% full: apply refuses it without --force\n' : '',
    flows.length === 0
      ? ''
      : `\nrecorded since ${flowsSince} and decided otherwise from then on:\n${formatTable(flows, FLOWS, false)}`,
    silentNodes.length === 0 ? '' : `recorded flows could not be read of: ${silentNodes.join(', ')}\n`,
    `\nplanned at revision ${formatRevision(plan.revision)}: sluice apply --plan-revision ${plan.revision?.revision ?? 0}\n`,
  ];
  return parts.join('');
}

interface Flags {
  filename?: string;
  delete: string[];
  limit?: string;
}

async function planAction(flags: Flags, context: Context): Promise<void> {
  if (flags.filename === undefined && flags.delete.length === 0)
    throw usageError('nothing is to be planned', 'sluice plan -f FILE, or --delete KIND/SCOPE/NAME');
  const deleted = flags.delete.map((text) => {
    const [kind = '', scope = '', name = '', ...rest] = text.split('/');
    if (kind === '' || scope === '' || name === '' || rest.length > 0)
      throw usageError(`--delete '${text}' names no policy`, 'KIND/SCOPE/NAME');
    return { kind, scope, name };
  });
  const none = { text: '', file: '' };
  const input = flags.filename === undefined ? none : await readInput(flags.filename, context.io);
  const limit = flags.limit === undefined ? 0 : Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 0)
    throw usageError(`--limit '${flags.limit}' is no number of rows`);
  const connection = await context.connect();
  const request = { text: input.text, file: input.file, delete: deleted, limit };
  const answer = await connection.call('reads', ({ policies }, o) => policies.plan(request, o));
  if (answer.problems.length > 0)
    throw new CliError(Exit.usage, 'the documents would be refused', null, answer.problems);
  if (context.machineReadable) return context.print(answer);
  await context.io.out(planText(answer).split('\n').map(printable).join('\n'));
}

/** `sluice plan` */
export function addPlan(program: Command, context: Context): void {
  const command = context
    .remote(program.command('plan'))
    .description(
      'what applying a file, or deleting policies, would change between live workloads; changes nothing',
    )
    .option('-f, --filename <file>', 'YAML or JSON; - is stdin')
    .option(
      '--delete <policy>',
      'KIND/SCOPE/NAME; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--limit <rows>', 'rows that are listed; at most 10000');
  command.action(async () => planAction(command.opts<Flags>(), context));
}
