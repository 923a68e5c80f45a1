import type { Selector } from '@sluice/labels';
import { contradiction, needsTwoSources } from './logic.js';
import { pathOfRule, pathOfSpec, type LintFinding, type LintSpec } from './types.js';
import type { Path } from '../documents/issue.js';

const HINT = 'all requirements must hold at once; write several peers or several policies for alternatives';

interface Place {
  readonly rule: string;
  readonly path: Path;
  readonly who: string;
}

function* ofSelector({ input }: LintSpec, selector: Selector, { rule, path, who }: Place): Generator<LintFinding> {
  const policy = input.form.ref;
  const key = contradiction(selector);
  if (key !== null) {
    const message = `${who} contradicts itself about ${key}: it selects nothing`;
    yield { level: 'error', code: 'contradictory-selector', policy, rule, path, message, hint: HINT };
    return;
  }
  const two = needsTwoSources(selector);
  if (two === null) return;
  const message = `${who} is met only by labels ${two} of two sources at once`;
  yield { level: 'warning', code: 'contradictory-selector', policy, rule, path, message, hint: HINT };
} // prettier-ignore

/** Selectors that contradict themselves. */
export function* contradictorySelectors(spec: LintSpec): Generator<LintFinding> {
  yield* ofSelector(spec, spec.spec.subject.selector, {
    rule: '',
    path: pathOfSpec(spec),
    who: 'the subject',
  });
  for (const { peers, origin } of spec.spec.rules)
    for (const peer of peers)
      if ('selector' in peer)
        yield* ofSelector(spec, peer.selector, {
          rule: origin.rule,
          path: pathOfRule(origin.rule),
          who: 'a selector of peers',
        });
}
