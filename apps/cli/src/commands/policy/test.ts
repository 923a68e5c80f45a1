import type { ExpectationResult, FileError, TestEngine } from '@sluice/policy';
import type { Context } from '../../context.js';
import { CliError, Exit, usageError } from '../../exit.js';
import { printable } from '../../printable.js';

const ENGINES = ['naive', 'resolver', 'kernel'] as const;

async function engineOf(name: string): Promise<TestEngine & Partial<Disposable>> {
  const { naiveEngine, resolverEngine } = await import('@sluice/policy');
  if (name === 'naive') return naiveEngine();
  if (name === 'resolver') return resolverEngine();
  // Only here the data path is loaded: everything else works without the addon and without root.
  if (name === 'kernel') return (await import('../../kernel/open.js')).openKernel();
  throw usageError(`--engine '${name}' is not known`, `one of ${ENGINES.join(', ')}`);
}

async function textOf(results: readonly ExpectationResult[]): Promise<string> {
  const { describeExpectation, describeSides } = await import('./junit.js');
  const failed = results.filter((r) => !r.passed);
  const lines = failed.flatMap((r) => [
    `FAILED ${r.test}: ${describeExpectation(r)}: expected ${r.expected}, got ${r.verdict}`,
    `  ${describeSides(r)}`,
  ]);
  lines.push(`${results.length - failed.length} passed, ${failed.length} failed`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** `sluice policy test`: exit 0 if all pass, 1 if an expectation failed, 2 if the input is wrong. */
export async function testAction(
  files: readonly string[],
  flags: { readonly engine: string; readonly junit: boolean },
  context: Context,
): Promise<void> {
  const { loadTests, inputError } = await import('./files.js');
  const { buildWorld, runPolicyTest } = await import('@sluice/policy');
  const json = !flags.junit && context.machineReadable;
  const engine = await engineOf(flags.engine);
  const results: ExpectationResult[] = [];
  const errors: FileError[] = [];
  try {
    for (const { test, texts } of await loadTests(files, context.io)) {
      const built = buildWorld(test, texts);
      errors.push(...built.errors);
      if (!built.world) continue;
      const outcome = runPolicyTest(test, built.world, engine);
      errors.push(...outcome.errors);
      for (const result of outcome.results) results.push(result);
    }
  } finally {
    engine[Symbol.dispose]?.();
  }
  if (errors.length > 0) throw inputError('the tests cannot be run', errors);
  if (flags.junit) await context.io.out((await import('./junit.js')).toJunit(results));
  else if (json) await context.print(results);
  else await context.io.out(await textOf(results));
  const failed = results.filter((r) => !r.passed).length;
  if (failed > 0) throw new CliError(Exit.failed, `${failed} of ${results.length} expectations failed`);
}
