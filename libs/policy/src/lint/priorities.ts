import { compareRefs } from '../normal/normalise.js';
import type { LintFinding, LintInput } from './types.js';

/** Policies of one tier and priority, whose order is only that of their names. */
export function* equalPriorities(inputs: readonly LintInput[]): Generator<LintFinding> {
  const ordered = inputs.filter(({ form }) => form.tier !== 'normal');
  for (const group of Map.groupBy(ordered, ({ form }) => `${form.tier} ${form.priority}`).values()) {
    if (group.length < 2) continue;
    const sorted = [...group].sort((a, b) => compareRefs(a.form.ref, b.form.ref));
    for (const { form, told } of sorted) {
      if (!told) continue;
      const others = sorted.filter((o) => o.form !== form).map(({ form: { ref } }) => `${ref.kind}/${ref.name}`);
      const shown = others.slice(0, 3).join(', ') + (others.length > 3 ? ` and ${others.length - 3} more` : '');
      yield {
        level: 'warning',
        code: 'equal-priority',
        policy: form.ref,
        rule: '',
        path: ['spec', 'priority'],
        message: `${shown} has priority ${form.priority} in tier ${form.tier} too: their order is that of kind and name`,
        hint: 'give each a priority of its own',
      };
    }
  }
} // prettier-ignore
