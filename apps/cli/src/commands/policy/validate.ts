import type { FileError } from '@sluice/policy';
import type { Context } from '../../context.js';
import { readInput } from '../../input.js';

/** `sluice policy validate`: exit 0 if every document is sound, 2 with all mistakes otherwise. */
export async function validateAction(files: readonly string[], context: Context): Promise<void> {
  const { parseDocuments } = await import('@sluice/policy');
  const { inputError } = await import('./files.js');
  const errors: FileError[] = [];
  const sound: { file: string; kind: string; scope: string; name: string }[] = [];
  for (const given of files) {
    const { text, file } = await readInput(given, context.io);
    const parsed = parseDocuments(text, file);
    errors.push(...parsed.errors.map((e) => ({ ...e, file })));
    sound.push(...parsed.documents.map(({ kind, scope, name }) => ({ file, kind, scope, name })));
  }
  if (errors.length > 0) throw inputError('the documents would be refused', errors);
  if (context.machineReadable) return context.print(sound);
  await context.io.out(`${sound.length} ${sound.length === 1 ? 'policy is' : 'policies are'} valid\n`);
}
