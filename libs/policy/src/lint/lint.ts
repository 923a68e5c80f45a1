import { pathText } from '../documents/issue.js';
import { refKey } from '../engine/policies.js';
import { equalPriorities } from './priorities.js';
import { idleRules } from './rules.js';
import { contradictorySelectors } from './selectors.js';
import { shadowedRules } from './shadow.js';
import { oldSpellings } from './spelling.js';
import type { LintFinding, LintInput, LintSpec } from './types.js';

/** Every spec of some policies. */
export function specsOf(inputs: readonly LintInput[]): LintSpec[] {
  const named = inputs.flatMap(({ form }) => (form.replaces ? [refKey(form.replaces)] : []));
  const replaced = new Set(named);
  return inputs.flatMap((input) =>
    input.form.specs.map((spec, index) => ({
      input,
      spec,
      index,
      replaced: replaced.has(refKey(input.form.ref)),
    })),
  );
}

/**
 * What is odd about policies, from the documents alone: findings, and null between steps in which nothing was found, so that who
 * must not be held can do other things. Policies that are not to be told of are compared with.
 */
export function* lintSteps(inputs: readonly LintInput[]): Generator<LintFinding | null> {
  const specs = specsOf(inputs);
  for (const input of inputs) {
    if (!input.told) continue;
    yield null;
    yield* oldSpellings(input);
  }
  for (const spec of specs) {
    if (!spec.input.told) continue;
    yield null;
    yield* contradictorySelectors(spec);
    yield* idleRules(spec);
  }
  yield* equalPriorities(inputs);
  yield* shadowedRules(specs);
}

/** Findings by policy and place, each once. */
export function sortFindings(findings: readonly LintFinding[]): LintFinding[] {
  const key = (f: LintFinding) =>
    JSON.stringify([f.policy?.kind, f.policy?.scope, f.policy?.name, pathText(f.path), f.code, f.message]);
  const byKey = new Map(findings.map((f) => [key(f), f]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
}
