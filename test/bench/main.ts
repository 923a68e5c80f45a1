import { parseArgs } from 'node:util';
import { table, type Report } from './report.ts';

/** `scripts/bench [NAME…] [--json] [--rounds N] [--round-ms N]`: the named benches, or all of them, one after the other. */
const BENCHES = ['datapath', 'control', 'resolver'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    'max-rounds': { type: 'string', default: '60' },
    'round-ms': { type: 'string', default: '1000' },
  },
});
const unknown = positionals.filter((name) => !BENCHES.includes(name as never));
if (unknown.length > 0) {
  console.error(`bench: unknown: ${unknown.join(', ')}. There are: ${BENCHES.join(', ')}`);
  process.exit(2);
}
const log = (line: string) => console.error(line);
const options = {
  minRounds: Number(values.rounds),
  maxRounds: Number(values['max-rounds']),
  roundMs: Number(values['round-ms']),
  log,
};
const reports: Report[] = [];
for (const name of positionals.length > 0 ? positionals : BENCHES) {
  log(`bench ${name}`);
  if (name === 'datapath') reports.push(await (await import('./datapath.ts')).datapath(options));
  else if (name === 'resolver') reports.push(await (await import('./resolver.ts')).resolver(options));
  else reports.push(await (await import('./control.ts')).control(options));
}
if (values.json) console.log(JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2));
else for (const report of reports) console.log(`${table(report)}\n`);
