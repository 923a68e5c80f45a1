import type { RuleOrigin } from '../types.js';
import { pathOfRule, type LintFinding, type LintSpec } from './types.js';

/** What is known of a policy's use. */
export interface Use {
  /** RFC 3339: how long the policy has been as it is; null: not known. */
  readonly since: string | null;
}

const keyOf = ({ uid, rule, revision }: Pick<RuleOrigin, 'uid' | 'rule' | 'revision'>): string =>
  `${uid} ${rule} ${revision}`;

/** Which rules recorded flows name. */
export class Hits {
  readonly #seen = new Set<string>();

  add(rule: Pick<RuleOrigin, 'uid' | 'rule' | 'revision'>): void {
    this.#seen.add(keyOf(rule));
  }

  has(rule: RuleOrigin): boolean {
    return this.#seen.has(keyOf(rule));
  }
}

/**
 * Rules that no flow since a time has named. Policies that have not been there for so long are left out; a pass names nothing.
 * `from` is the time, RFC 3339 in UTC.
 */
export function* unusedRules(
  specs: readonly LintSpec[],
  hits: Hits,
  from: string,
  useOf: (spec: LintSpec) => Use,
): Generator<LintFinding | null> {
  for (const spec of specs) {
    yield null;
    const { since } = useOf(spec);
    if (!spec.input.told || since === null || since > from) continue;
    for (const { action, peers, origin } of spec.spec.rules) {
      if (action === 'pass' || peers.length === 0 || hits.has(origin)) continue;
      yield {
        level: 'info',
        code: 'unused-rule',
        policy: spec.input.form.ref,
        rule: origin.rule,
        path: pathOfRule(origin.rule),
        message: `no recorded flow since ${from} was decided by this rule`,
        hint: 'leave it out if nobody needs it; other rules may decide the same flows first',
      };
    }
  }
}
