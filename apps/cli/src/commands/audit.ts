import type { Command } from 'commander';
import type { PolicyRef, RecordedFlow, RuleRef } from '@sluice/api';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { fullName, parseRef } from '../refs.js';
import { ringLines } from '../recorded.js';
import { parseSince } from '../since.js';
import type { Column } from '../table.js';
import { partyText } from './explanation.js';

interface AuditFlags {
  readonly since?: string;
}

const ruleText = ({ policy, rule }: RuleRef) => `${fullName(policy)} ${rule}`;

/** Who would have decided: rules, or a default with those that isolate. */
function decider({ stagedRules, stagedReason, stagedIsolating }: RecordedFlow): string {
  if (stagedRules.length > 0) return stagedRules.map(ruleText).join(', ');
  const by = stagedIsolating.map((ref: PolicyRef) => fullName(ref)).join(', ');
  return by === '' ? stagedReason : `${stagedReason} by ${by}`;
}

const portText = ({ protocol, port }: RecordedFlow) =>
  protocol.startsWith('ICMP') ? `${protocol} type ${port}` : port === 0 ? protocol : `${protocol} ${port}`;

const COLUMNS: readonly Column<RecordedFlow>[] = [
  { title: 'WOULD', value: ({ staged }) => (staged === 'DROPPED' ? 'drop' : 'allow') },
  { title: 'COUNT', value: ({ count }) => String(count) },
  { title: 'FROM', value: ({ source }) => partyText(source) },
  { title: 'TO', value: ({ destination }) => partyText(destination) },
  { title: 'PORT', value: portText },
  { title: 'SIDE', value: ({ direction }) => direction },
  { title: 'BY', value: decider },
  { title: 'LAST', value: ({ last }) => last },
  { title: 'FIRST', value: ({ first }) => first, wide: true },
  { title: 'NODE', value: ({ node }) => (node === '' ? 'several' : node), wide: true },
];

async function auditAction(
  context: Context,
  kind: string | undefined,
  name: string | undefined,
  { since }: AuditFlags,
): Promise<void> {
  if (kind !== undefined && name === undefined)
    throw usageError('a policy is KIND SCOPE/NAME', 'or leave both out for all staged policies');
  const policy = kind === undefined || name === undefined ? null : parseRef(kind, name);
  const request = { policy, since: since === undefined ? '' : parseSince(since, Date.now()) };
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) => policies.audit(request, options));
  await context.printList(answer, answer.flows, COLUMNS, 'staged policies would have changed nothing');
  if (context.machineReadable) return;
  context.io.err(ringLines(answer));
  if (answer.truncated) context.io.err('there is more that is not shown or was not recorded\n');
}

/** `sluice audit` */
export function addAudit(program: Command, context: Context): void {
  const audit = context
    .remote(program.command('audit'))
    .description(
      'what staged policies would have dropped, or let through, of the flows that nodes have recorded',
    )
    .argument('[kind]')
    .argument('[scope/name]')
    .option('--since <time>', '30m, 24h, 7d, or a time; default: all that is kept');
  audit.action(async (kind: string | undefined, name: string | undefined) =>
    auditAction(context, kind, name, audit.opts<AuditFlags>()),
  );
}
