import { pathText } from '../documents/issue.js';
import { parseDocuments } from '../documents/parse.js';
import { normalise } from '../normal/normalise.js';
import type { DocumentError, PolicyRef } from '../types.js';
import { placesIn } from './places.js';
import { lintSteps, sortFindings } from './lint.js';
import type { LintFinding, LintInput } from './types.js';

/** The message LintFinding of the API. */
export interface ShownFinding {
  readonly level: string;
  readonly code: string;
  readonly policy: PolicyRef | null;
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
  readonly at: {
    readonly document: number;
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly hint: string;
    readonly file: string;
  };
}

/** Policies of some texts, ready to be looked at. */
export interface LintTexts {
  readonly inputs: readonly LintInput[];
  /** Mistakes: documents that were refused. */
  readonly refused: readonly ShownFinding[];
  /** A finding with its place. */
  readonly show: (finding: LintFinding) => ShownFinding;
}

function refusal(error: DocumentError, file: string): ShownFinding {
  const { document, path, message } = error;
  const hint = error.hint ?? '';
  const place = { line: error.line ?? 0, column: error.column ?? 0 };
  const at = { document, path, ...place, message, hint, file };
  return { level: 'error', code: 'invalid-document', policy: null, rule: '', message, hint, at };
}

/** A finding without a place in a text: that of a policy in the store. */
export function shownFinding(finding: LintFinding, place = { document: 0, line: 0, column: 0, file: '' }): ShownFinding {
  const { level, code, policy, rule, message, hint, path } = finding;
  const at = { ...place, path: pathText(path), message, hint };
  return { level, code, policy: policy && { ...policy }, rule, message, hint, at };
} // prettier-ignore

/** Reads texts of policies for lint. What is no sound document is a finding, and the others are looked at all the same. */
export function lintTexts(
  texts: readonly { readonly text: string; readonly file: string }[],
): LintTexts {
  const inputs: LintInput[] = [];
  const refused: ShownFinding[] = [];
  const places = new Map<string, { index: number; file: string; find: ReturnType<typeof placesIn> }>();
  const keyOf = ({ kind, scope, name }: PolicyRef) => `${kind}\n${scope}\n${name}`;
  for (const { text, file } of texts) {
    const parsed = parseDocuments(text, file);
    refused.push(...parsed.errors.map((error) => refusal(error, file)));
    const find = placesIn(parsed.documents.length > 0 ? text : '');
    for (const { kind, scope, name, document, index, line } of parsed.documents) {
      const ref = { kind, scope, name };
      const other = places.get(keyOf(ref));
      if (other) {
        const message = `${kind}/${scope}/${name} stands in ${other.file} too`;
        refused.push(refusal({ document: index, path: '$', line, column: 1, message, hint: null }, file));
        continue;
      }
      places.set(keyOf(ref), { index, file, find });
      const stored = { ...ref, uid: keyOf(ref), revision: 0, document };
      inputs.push({ stored, form: normalise(stored).policy, told: true });
    }
  }
  const show = (finding: LintFinding): ShownFinding => {
    const place = finding.policy && places.get(keyOf(finding.policy));
    if (!place || !finding.policy) return shownFinding(finding);
    const { line, column } = place.find(place.index, finding.policy, finding.path);
    return shownFinding(finding, { document: place.index, line, column, file: place.file });
  };
  return { inputs, refused, show };
} // prettier-ignore

/** Lints the policies of some files together, from the documents alone. Pure; never throws. */
export function lintFiles(
  texts: readonly { readonly text: string; readonly file: string }[],
): ShownFinding[] {
  const { inputs, refused, show } = lintTexts(texts);
  const findings = [...lintSteps(inputs)].filter((f) => f !== null);
  return [...refused, ...sortFindings(findings).map(show)];
}
