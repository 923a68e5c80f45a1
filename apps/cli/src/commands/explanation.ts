import type { ExplainResponse, ExplainSide, Party, PolicyRef, RuleMatch, RuleRef } from '@sluice/api';
import { printable } from '../printable.js';
import { fullName } from '../refs.js';

/** An explanation as it is printed: the message of the API, or the same from a local world. */
export type Explanation = Pick<ExplainResponse, 'verdict' | 'egress' | 'ingress' | 'revision' | 'notes'>;

const WORDS: Readonly<Record<string, string>> = { FORWARDED: 'allowed', DROPPED: 'denied' };
const verdictText = (verdict: string): string => WORDS[verdict] ?? verdict;

/** `shop/web (k8s:app=web)`, `host`, `198.18.0.0/15`. */
export function partyText(party: Party | null): string {
  if (party === null) return '?';
  const { workloads, entity, prefix, node, labels, identity } = party;
  if (entity === 'host' || entity === 'remote-node') return node === '' ? entity : `node ${node}`;
  if (prefix !== '') return prefix;
  if (entity !== '') return entity;
  const own = labels.filter(({ key }) => !key.startsWith('io.'));
  const shown = own.map(({ source, key, value }) => `${source}:${key}=${value}`).join(', ');
  const name = workloads[0] ?? `identity ${identity}`;
  return shown === '' ? name : `${name} (${shown})`;
}

/** How rules are named: with their revisions, where the policies are those of a store. */
type RuleText = (rule: RuleRef | null) => string;

const ruleTexts =
  (stored: boolean): RuleText =>
  (rule) => {
    if (rule === null) return '?';
    const name = keyOf(rule);
    return stored && rule.revision > 0 ? `${name} (revision ${rule.revision})` : name;
  };

const keyOf = ({ policy, rule }: RuleRef): string => `${fullName(policy)} ${rule}`;

const REASONS: Readonly<Record<string, string>> = {
  'default-deny': 'no rule allows it',
  'default-allow': 'no policy selects the subject, and the mode is default',
  'mode-never': 'the mode is never: no policy is enforced',
  self: 'a workload always reaches itself',
  'local-host': 'the local host may always come in',
  infrastructure: 'the port belongs to the cluster’s own infrastructure',
};

function reasonText(reason: string, isolating: readonly PolicyRef[]): string {
  const why = REASONS[reason] ?? reason;
  if (isolating.length === 0) return `${reason}: ${why}`;
  return `${reason}: ${why}, and ${isolating.map((ref) => fullName(ref)).join(', ')} isolates the subject`;
}

function matchedLine(match: RuleMatch, deciders: ReadonlySet<string>, ruleText: RuleText): string {
  const { rule, tier, action, skipped } = match;
  const decides = rule !== null && deciders.has(keyOf(rule));
  const mark = skipped ? 'never asked' : decides ? 'decides' : action === 'pass' ? 'goes on' : 'outranked';
  return `    ${tier} ${action} ${ruleText(rule)}: ${mark}`;
}

function stagedLines({ staged, verdict, stagedRules }: ExplainSide, ruleText: RuleText): string[] {
  if (staged === 'VERDICT_UNSPECIFIED') return [];
  const by = stagedRules.length > 0 ? ` by ${stagedRules.map(ruleText).join(', ')}` : '';
  const same = staged === verdict ? 'the same' : verdictText(staged);
  return [`  with staged policies: ${same}${staged === verdict ? '' : by}`];
}

function sideLines(name: 'egress' | 'ingress', side: ExplainSide | null, ruleText: RuleText): string[] {
  if (side === null) return [`${name}: not asked, that end has no policy of Sluice's`];
  const { subject, verdict, rules, reason, isolating, matched, nearly, mapEntryJson, connectionJson } = side;
  const why = rules.length > 0 ? `by ${rules.map(ruleText).join(', ')}` : reasonText(reason, isolating);
  const deciders = new Set(rules.map(keyOf));
  return [
    `${name} of ${partyText(subject)}: ${verdictText(verdict)} ${rules.length > 0 ? why : `(${why})`}`,
    ...(matched.length > 0 ? ['  rules that match:'] : ['  no rule matches']),
    ...matched.map((match) => matchedLine(match, deciders, ruleText)),
    ...(nearly.length > 0 ? ['  rules that nearly match:'] : []),
    ...nearly.map(({ rule, action, missing }) => `    ${action} ${ruleText(rule)}: ${missing}`),
    ...stagedLines(side, ruleText),
    ...(mapEntryJson === '' ? [] : [`  map entry: ${mapEntryJson}`]),
    ...(connectionJson === '' ? [] : [`  connection: ${connectionJson}`]),
  ];
}

/** An explanation for people; `what` is the connection as it was asked about. */
export function explanationText(answer: Explanation, what: string): string {
  const { verdict, egress, ingress, revision, notes } = answer;
  const ruleText = ruleTexts(revision !== null);
  const lines = [
    `${what}: ${verdictText(verdict)}`,
    ...sideLines('egress', egress, ruleText),
    ...sideLines('ingress', ingress, ruleText),
    ...notes.map((note) => `note: ${note}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}
