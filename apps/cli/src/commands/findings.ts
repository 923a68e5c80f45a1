import type { LintFinding } from '@sluice/api';
import { CliError, Exit } from '../exit.js';
import { printable } from '../printable.js';
import { fullName } from '../refs.js';

/** A finding as it is printed: the message of the API, or the same from local files. */
export type Finding = Pick<LintFinding, 'level' | 'code' | 'policy' | 'rule' | 'message' | 'hint' | 'at'>;

/** `shop.yaml:7:5 warning shadowed-rule Policy shop/web ingress[1]: message (hint)`. */
function lineOf({ level, code, policy, rule, message, hint, at }: Finding): string {
  const file = at?.file ?? '';
  const place = at && at.line > 0 ? `${file}:${at.line}:${at.column} ` : file === '' ? '' : `${file} `;
  const who = policy === null ? (at?.path ?? '') : `${fullName(policy)}${rule === '' ? '' : ` ${rule}`}`;
  return `${place}${level} ${code} ${who}: ${message}${hint === '' ? '' : ` (${hint})`}`;
}

/** All findings, a line each, and how many of each level. */
export function findingsText(findings: readonly Finding[]): string {
  const count = (level: string) => findings.filter((f) => f.level === level).length;
  const [errors, warnings, infos] = ['error', 'warning', 'info'].map(count);
  const total = `${errors} errors, ${warnings} warnings, ${infos} to look at`;
  const lines = [...findings.map(lineOf), findings.length === 0 ? 'nothing found' : total];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** Throws CliError (failed) where there is an error or, if `strict`, anything. */
export function judgeFindings(findings: readonly Finding[], strict: boolean): void {
  const counted = strict ? findings : findings.filter((f) => f.level === 'error');
  if (counted.length > 0)
    throw new CliError(Exit.failed, `${counted.length} ${counted.length === 1 ? 'finding' : 'findings'}${strict ? '' : ' of level error'}`); // prettier-ignore
}
