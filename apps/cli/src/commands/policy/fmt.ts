import { randomBytes } from 'node:crypto';
import { lstat, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileError } from '@sluice/policy';
import type { Context } from '../../context.js';
import { CliError, Exit, usageError } from '../../exit.js';
import { readInput } from '../../input.js';

export interface FmtFlags {
  readonly write?: boolean;
  readonly check?: boolean;
}

interface Formatted {
  /** As it was given. */
  readonly given: string;
  readonly before: string;
  readonly after: string;
}

/** A link stays a link: what it points to is written. */
async function targetOf(path: string): Promise<string> {
  const found = await lstat(path);
  return found.isSymbolicLink() ? targetOf(resolve(dirname(path), await readlink(path))) : path;
}

/** Replaces a file at once, or leaves it as it is: its mode stays. Throws CliError. */
async function replace(path: string, text: string): Promise<void> {
  try {
    const target = await targetOf(path);
    const { mode } = await stat(target);
    const beside = `${target}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(beside, text, { mode, flag: 'wx' });
      await rename(beside, target);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new CliError(Exit.failed, `${path} cannot be written: ${(cause as Error).message}`, null, [], {
      cause,
    });
  }
}

async function formatAll(files: readonly string[], context: Context): Promise<Formatted[]> {
  const { formatText } = await import('@sluice/policy');
  const { inputError } = await import('./files.js');
  const errors: FileError[] = [];
  const formatted: Formatted[] = [];
  for (const given of files) {
    const { text, file } = await readInput(given, context.io);
    const result = formatText(text, file);
    errors.push(...result.errors.map((e) => ({ ...e, file })));
    if (result.text !== null) formatted.push({ given, before: text, after: result.text });
  }
  if (errors.length > 0) throw inputError('the files cannot be formatted; none was changed', errors);
  return formatted;
}

/**
 * `sluice policy fmt`: prints files in their canonical form, or writes them (`--write`), or only names those that differ (`--check`, exit
 * 1). Where one of them has a mistake, none is written.
 */
export async function fmtAction(files: readonly string[], flags: FmtFlags, context: Context): Promise<void> {
  if (flags.write && flags.check) throw usageError('--write and --check exclude each other');
  if (flags.write && files.includes('-')) throw usageError('stdin cannot be written', 'leave --write out');
  const all = await formatAll(files, context);
  const different = all.filter(({ before, after }) => before !== after);
  if (flags.check) {
    await context.io.out(different.map(({ given }) => `${given}\n`).join(''));
    if (different.length > 0)
      throw new CliError(Exit.failed, `${different.length} of ${all.length} files are not formatted`, 'sluice policy fmt --write FILE…'); // prettier-ignore
    return;
  }
  if (flags.write) {
    for (const { given, after } of different) await replace(resolve(context.io.cwd, given), after);
    return context.io.out(different.map(({ given }) => `${given}\n`).join(''));
  }
  await context.io.out(all.map(({ after }) => after).join('---\n'));
}
