// Lint, drift checks and every suite, one after the other; sums them up. Exits with 1 if anything failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const only = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
const sum = { passed: 0, failed: 0, skipped: 0 };
const skips = [];
/** Exit code of scripts/vm where there is no kernel to boot. */
const SKIPPED = 77;

/** A check that is one command: passed or failed as a whole. */
function check(name, command, args) {
  console.log(`== ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) sum.passed += 1;
  else {
    sum.failed += 1;
    console.log(`FAILED: ${name}`);
  }
}

/** One jest project; tests are counted from its report, and a suite that could not run counts as failed. */
function suite(name) {
  console.log(`== ${name}`);
  const report = join(folder, `${name}.json`);
  const jest = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
  ];
  const serial = name === 'unit' ? [] : ['--runInBand'];
  const args = [
    ...jest,
    '--selectProjects',
    name,
    ...serial,
    '--passWithNoTests',
    '--silent=passed-only',
    '--json',
    `--outputFile=${report}`,
  ];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  count(name, status, report);
}

/** Tests on Debian's kernel in a VM; a report of the same form as jest's. */
function vm() {
  console.log('== vm');
  const report = join(folder, 'vm.json');
  const { status } = spawnSync('scripts/vm', ['--quiet', '--report', report], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, SLUICE_BUILT: '1' },
  });
  count('vm', status === SKIPPED ? 0 : status, report);
}

/** Adds what a suite's report says. */
function count(name, status, report) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    sum.failed += 1;
    console.log(`FAILED: ${name} wrote no report (exit ${status})`);
    return;
  }
  sum.passed += result.numPassedTests;
  sum.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  sum.skipped += result.numPendingTests + result.numTodoTests;
  if (status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) sum.failed += 1;
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'todo') skips.push(`${name}: ${test.fullName}`);
    }
  }
}

const checks = {
  lint: () => check('lint', 'eslint', ['.']),
  format: () => check('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
  'api-drift': () =>
    check('generated API types are those of the proto files', 'npm', [
      'run',
      '--silent',
      'check',
      '-w',
      '@sluice/api',
    ]),
  'layout-drift': () =>
    check('generated codecs are those of bpf/lib/types.h', 'node', [
      'libs/datapath/scripts/generate.mjs',
      '--check',
    ]),
  unit: () => suite('unit'),
  bpf: () => suite('bpf'),
  store: () => suite('store'),
  e2e: () => suite('e2e'),
  vm,
};
const names = only.length > 0 ? only : Object.keys(checks);
for (const name of names) {
  if (!(name in checks)) {
    console.error(`scripts/test: unknown: ${name}. There are: ${Object.keys(checks).join(', ')}`);
    process.exit(2);
  }
  checks[name]();
}
rmSync(folder, { recursive: true, force: true });

// Written in the code as `it.skip('what [why]')`, so the reason stands in the name.
console.log(
  skips.length === 0 ? 'nothing was skipped' : `skipped:\n${skips.map((name) => `  ${name}`).join('\n')}`,
);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 ? 0 : 1);
