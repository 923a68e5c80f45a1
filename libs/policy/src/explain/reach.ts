import type { Provenance } from '../types.js';
import type { ExplainedRule, MatchedRule } from './types.js';

const GROUPS = ['admin', 'normal deny', 'normal allow', 'baseline'] as const;
const groupOf = ({ tier, action }: ExplainedRule): string => (tier === 'normal' ? `normal ${action}` : tier);

/** Without a rule that decided: whether rules of a tier were asked at all. */
function isAsked({ tier }: ExplainedRule, provenance: Provenance): boolean {
  if (provenance.type === 'rule') return true;
  const { reason, isolating } = provenance;
  if (reason === 'self' || reason === 'infrastructure' || reason === 'mode-never') return false;
  return tier !== 'baseline' || (isolating.length === 0 && reason !== 'local-host');
}

/** Rules of one ordered tier behind its first pass are not asked. */
function skippedBehindPass(rules: readonly ExplainedRule[]): ReadonlySet<ExplainedRule> {
  const first = rules.findIndex((rule) => rule.action === 'pass');
  return new Set(first < 0 ? [] : rules.slice(first + 1));
}

/**
 * Rules that match, given in the order of POLICY, as verdicts are reached: admin, normal denies, normal allows, baseline; those
 * that are skipped come last. All denies of the normal tier have one rank, as its allows have: there those that the map names as
 * the winning set stand first.
 */
export function inReach(rules: readonly ExplainedRule[], provenance: Provenance): MatchedRule[] {
  const named = provenance.type === 'rule' ? provenance.rules : [];
  const isNamed = ({ origin }: ExplainedRule) =>
    named.some((o) => o.uid === origin.uid && o.rule === origin.rule);
  const ordered = GROUPS.flatMap((group): MatchedRule[] => {
    const list = rules.filter((rule) => groupOf(rule) === group);
    const normal = group.startsWith('normal');
    const sorted = normal ? [...list.filter(isNamed), ...list.filter((rule) => !isNamed(rule))] : list;
    const behind = normal ? new Set<ExplainedRule>() : skippedBehindPass(list);
    return sorted.map((rule) => ({ ...rule, skipped: behind.has(rule) || !isAsked(rule, provenance) }));
  });
  return [...ordered.filter((rule) => !rule.skipped), ...ordered.filter((rule) => rule.skipped)];
}
