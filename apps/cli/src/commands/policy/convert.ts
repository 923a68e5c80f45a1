import type { FileError, ParsedDocument } from '@sluice/policy';
import type { Context } from '../../context.js';
import { readInput } from '../../input.js';
import { printable } from '../../printable.js';

/** Documents with the file that each is from. */
type Source = ParsedDocument & { readonly file: string };

/** `$.spec.egress[0].to[1].nodes` */
const pathText = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${step}`), '$');

/** `sluice policy convert`: the same policies in the native language on stdout, all of them or none (exit 2). */
export async function convertAction(files: readonly string[], context: Context): Promise<void> {
  const { parseDocuments, print, toNative } = await import('@sluice/policy');
  const { inputError } = await import('./files.js');
  const errors: FileError[] = [];
  const sources: Source[] = [];
  for (const given of files) {
    const { text, file } = await readInput(given, context.io);
    const parsed = parseDocuments(text, file);
    errors.push(...parsed.errors.map((e) => ({ ...e, file })));
    sources.push(...parsed.documents.map((document) => ({ ...document, file })));
  }
  if (errors.length > 0) throw inputError('the documents would be refused', errors);
  const warnings: string[] = [];
  const documents = sources.flatMap((source) => {
    const conversion = toNative({ ...source, needs: [] }, sources);
    warnings.push(...conversion.warnings);
    if (conversion.documents) return conversion.documents;
    const place = { file: source.file, document: source.index, line: source.line, column: 1 };
    for (const { path, message, hint } of conversion.refused)
      errors.push({ ...place, path: pathText(path), message, hint });
    return [];
  });
  if (errors.length > 0) throw inputError('the native language cannot say the same', errors);
  for (const warning of warnings) context.io.err(`warning: ${printable(warning)}\n`);
  await context.io.out(print(documents, context.globals.format === 'json' ? 'json' : 'yaml'));
}
