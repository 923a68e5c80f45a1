import type { Command } from 'commander';
import type { Context } from '../context.js';
import { usageError } from '../exit.js';
import { printable } from '../printable.js';
import { ringLines } from '../recorded.js';
import { parseSince } from '../since.js';

interface SuggestFlags {
  readonly since?: string;
  readonly dropped?: boolean;
}

async function suggestAction(context: Context, name: string, flags: SuggestFlags): Promise<void> {
  const workload = name.includes('/') ? name : `default/${name}`;
  if (!/^[^/]+\/[^/]+$/.test(workload)) throw usageError(`'${name}' is not of the form SCOPE/NAME`);
  const since = flags.since === undefined ? '' : parseSince(flags.since, Date.now());
  const request = { workload, since, droppedToo: flags.dropped === true };
  const connection = await context.connect();
  const answer = await connection.call('reads', ({ policies }, options) =>
    policies.suggest(request, options),
  );
  if (context.machineReadable) return context.print(answer);
  // What is written to stdout can be applied. Labels are data of others, but hold no control characters.
  await context.io.out(answer.text);
  context.io.err(answer.notes.map((note) => `note: ${printable(note)}\n`).join(''));
  context.io.err(ringLines(answer));
}

/** `sluice suggest` */
export function addSuggest(program: Command, context: Context): void {
  const suggest = context
    .remote(program.command('suggest'))
    .description('the least policy that what a workload was seen to do needs')
    .argument('<scope/name>')
    .option('--since <time>', '30m, 24h, 7d, or a time; default: all that is kept')
    .option('--dropped', 'also let through what was dropped');
  suggest.action(async (name: string) => suggestAction(context, name, suggest.opts<SuggestFlags>()));
}
