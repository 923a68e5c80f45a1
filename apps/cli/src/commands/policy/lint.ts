import type { Context } from '../../context.js';
import { readInput } from '../../input.js';
import { findingsText, judgeFindings } from '../findings.js';

/** `sluice policy lint FILE…`: exit 0 if there is no error, 1 otherwise; with `strict` 1 for any finding. */
export async function lintFilesAction(
  files: readonly string[],
  strict: boolean,
  context: Context,
): Promise<void> {
  const { lintFiles } = await import('@sluice/policy');
  const texts: { text: string; file: string }[] = [];
  for (const given of files) texts.push(await readInput(given, context.io));
  const findings = lintFiles(texts);
  if (context.machineReadable) await context.print(findings);
  else await context.io.out(findingsText(findings));
  judgeFindings(findings, strict);
}
