import { dirname, join } from 'node:path';
import { readPolicyTests, policyFilesOf, type FileError, type PolicyTest } from '@sluice/policy';
import type { Problem } from '@sluice/api';
import { CliError, Exit } from '../../exit.js';
import { readInput } from '../../input.js';
import type { Io } from '../../io.js';

/** A mistake in a file, in the form in which every command tells it. */
export function toProblem(error: FileError): Problem {
  const { file, document, path, line, column, message, hint } = error;
  return { file, document, path, line: line ?? 0, column: column ?? 0, message, hint: hint ?? '' };
}

/** The input is wrong: exit code 2, with every mistake. */
export function inputError(message: string, errors: readonly FileError[]): CliError {
  return new CliError(Exit.usage, message, null, errors.map(toProblem));
}

/** A test with the texts of the policies that it names. */
export interface LoadedTest {
  readonly test: PolicyTest;
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads PolicyTests and the files that they name, relative to them. Throws CliError (usage). */
export async function loadTests(files: readonly string[], io: Io): Promise<LoadedTest[]> {
  const loaded: LoadedTest[] = [];
  const errors: FileError[] = [];
  for (const given of files) {
    const { text, file } = await readInput(given, io);
    const read = readPolicyTests(text, file);
    errors.push(...read.errors);
    for (const test of read.tests) {
      const texts = new Map<string, string>();
      for (const path of policyFilesOf(test)) {
        const place = given === '-' || path.startsWith('/') ? path : join(dirname(given), path);
        texts.set(path, (await readInput(place, io)).text);
      }
      loaded.push({ test, texts });
    }
  }
  if (errors.length > 0) throw inputError('the tests cannot be read', errors);
  return loaded;
}
