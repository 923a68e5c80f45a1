import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { Unavailable, VmError } from './errors.ts';
import { checkPrograms, kernelIn } from './kernel.ts';
import { boot } from './machine.ts';
import { type FileResult, fileResult, good, type Report, reportOf, skippedReport } from './report.ts';

const USAGE = `usage: scripts/vm [FILE...] [--timeout SECONDS] [--accel NAME] [--report FILE] [--quiet]
       scripts/vm [--timeout SECONDS] [--accel NAME] -- COMMAND...

Boots Debian's Linux 6.1 and runs test files in it; without any, those of test/vm/tests and some of bpf/test. Or runs a command.
It ends with 1 where a test failed, with 77 where there is no kernel to boot, else with 0 or the command's exit code.`;

const root = join(import.meta.dirname, '../..');
/** The first reasons to boot it, then programs over packets: each reason that they give, and what they do with connections. */
const DEFAULT = ['test/vm/tests/*.vm.test.ts', 'bpf/test/{overlay,reasons,verdicts}.bpf.test.ts'];
const CACHE = join(root, '.cache/vm');
const SKIPPED = 77;
/** How much slower an emulated processor may be, for tests that wait. */
const PATIENCE = 6;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

interface Options {
  readonly timeoutMs: number;
  readonly accelerator: string;
  readonly onLine: (line: string) => void;
}

/** Does something with a folder for the guest, and removes it. */
async function sharing<T>(work: (share: string) => Promise<T>): Promise<T> {
  const share = mkdtempSync(join(tmpdir(), 'sluice-vm-'));
  process.once('exit', () => rmSync(share, { recursive: true, force: true }));
  return work(share);
}

/** null: the shell never came to write it. */
const exitCode = (text: string): number | null => (text === '' ? null : Number(text));

/** Runs test files one after the other, each in a process of its own. */
function runTests(files: readonly string[], options: Options): Promise<FileResult[]> {
  return sharing(async (share) => {
    const kernel = kernelIn(CACHE);
    mkdirSync(join(share, 'tests'));
    mkdirSync(join(share, 'results'));
    const names = files.map((file, i) => `${i}-${basename(file).replace(/\.ts$/, '')}`);
    await Promise.all(files.map((file, i) => bundle(file, join(share, 'tests', `${names[i]!}.mjs`))));
    const reporter = join(import.meta.dirname, 'guest/reporter.mjs');
    const node = `${quote(process.execPath)} --enable-source-maps --test-reporter=${quote(reporter)}`;
    const lines = names.map(
      (name, i) =>
        `echo ${quote(`vm: ${relative(root, files[i]!)}`)}; ${node} --test-reporter-destination=results/${name}.json tests/${name}.mjs` +
        `; echo $? >results/${name}.code`,
    );
    const patience = `export SLUICE_PATIENCE=${PATIENCE}`;
    try {
      await boot({ kernel, share, command: [patience, ...lines, ''].join('\n'), ...options });
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      // What was run before counts; the file that it ended in is told as broken, and all after it.
      console.error(error.message);
    }
    const read = (name: string): string => {
      const path = join(share, 'results', name);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    };
    return files.map((file, i) =>
      fileResult(relative(root, file), read(`${names[i]!}.json`), exitCode(read(`${names[i]!}.code`))),
    );
  });
}

function runCommand(command: readonly string[], options: Options): Promise<number> {
  return sharing((share) => {
    const kernel = kernelIn(CACHE);
    const lines = `cd ${quote(process.cwd())}\n${command.map(quote).join(' ')}\n`;
    return boot({ kernel, share, command: lines, ...options });
  });
}

/** Each test in a line, where `all` also those that passed. */
function tell(files: readonly FileResult[], all: boolean): void {
  for (const { file, tests, broken } of files) {
    for (const { fullName, status, duration, failure } of tests) {
      if (all || status !== 'passed')
        console.log(`${status === 'passed' ? 'ok' : status}  ${file}: ${fullName} (${duration} ms)`);
      if (failure !== null) console.log(failure);
    }
    if (broken !== null) console.log(`failed  ${file}: ${broken}`);
  }
}

function finish(report: Report, to: string | undefined): number {
  if (to !== undefined) writeFileSync(to, JSON.stringify(report));
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = report;
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
  return good(report) ? 0 : 1;
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const dashes = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const { values, positionals } = parseArgs({
    args: argv.slice(0, dashes),
    allowPositionals: true,
    options: {
      timeout: { type: 'string', default: '600' },
      accel: { type: 'string', default: 'tcg' },
      report: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const command = argv.slice(dashes + 1);
  const timeoutMs = Number(values.timeout) * 1000;
  if (values.help || !(timeoutMs > 0) || (command.length > 0 && positionals.length > 0)) {
    console.error(USAGE);
    return 2;
  }
  const options: Options = {
    timeoutMs,
    accelerator: values.accel,
    onLine: values.quiet && command.length === 0 ? () => undefined : (line) => console.log(line),
  };
  try {
    checkPrograms();
    if (command.length > 0) return await runCommand(command, options);
    const found =
      positionals.length > 0 ? positionals : DEFAULT.flatMap((glob) => globSync(glob, { cwd: root }).sort());
    const results = await runTests(
      found.map((file) => resolve(positionals.length > 0 ? process.cwd() : root, file)),
      options,
    );
    tell(results, !values.quiet);
    return finish(reportOf(results), values.report);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(`scripts/vm: skipped: ${error.message}`);
    if (values.report !== undefined)
      writeFileSync(values.report, JSON.stringify(skippedReport(error.message)));
    return SKIPPED;
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
