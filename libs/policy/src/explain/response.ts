import { IDENTITY, reservedName, type Label } from '@sluice/labels';
import type { PolicyRef, Provenance, RuleOrigin } from '../types.js';
import type { ConnectionEnd, PacketAnswer, ShownParty } from './connection.js';
import type { MatchedRule, NearRule, SideExplanation } from './types.js';
import { protocolName } from './words.js';

export type ShownVerdict = 'VERDICT_UNSPECIFIED' | 'FORWARDED' | 'DROPPED';

/** The message ExplainSide of the API. */
export interface ShownSide {
  readonly subject: ShownParty;
  readonly peer: ShownParty;
  readonly verdict: ShownVerdict;
  readonly rules: RuleOrigin[];
  readonly reason: string;
  readonly isolating: PolicyRef[];
  readonly matched: ShownRule[];
  readonly nearly: ShownRule[];
  readonly staged: ShownVerdict;
  readonly stagedRules: RuleOrigin[];
  readonly mapEntryJson: string;
  readonly connectionJson: string;
}
export interface ShownRule {
  readonly rule: RuleOrigin;
  readonly tier: string;
  readonly action: string;
  readonly missing: string;
  readonly skipped: boolean;
}
/** The message ExplainResponse of the API. */
export interface ShownExplanation {
  readonly verdict: ShownVerdict;
  readonly egress: ShownSide | null;
  readonly ingress: ShownSide | null;
  readonly revision: { readonly generation: number; readonly revision: number } | null;
  readonly notes: string[];
}

const verdictOf = (allowed: boolean): ShownVerdict => (allowed ? 'FORWARDED' : 'DROPPED');
const rulesOf = (provenance: Provenance | undefined): RuleOrigin[] =>
  provenance?.type === 'rule' ? provenance.rules.map((rule) => ({ ...rule })) : [];

function shownRule(rule: MatchedRule | NearRule): ShownRule {
  const { origin, tier, action } = rule;
  const missing = 'missing' in rule ? rule.missing : '';
  return { rule: { ...origin }, tier, action, missing, skipped: 'skipped' in rule && rule.skipped };
}

/** A party as a subject of this node sees it: other nodes are remote. */
function seen({ shown }: ConnectionEnd, identity: number): ShownParty {
  const remote = shown.entity === 'host' && identity !== IDENTITY.HOST;
  const entity = remote ? 'remote-node' : shown.entity;
  return { ...shown, identity, entity, labels: [...shown.labels] };
}

function shownSide(side: SideExplanation | null, mine: ConnectionEnd, other: ConnectionEnd): ShownSide | null {
  if (!side) return null;
  const { question, allowed, provenance, matched, nearly, staged } = side;
  const fallback = provenance.type === 'default' ? provenance : null;
  return {
    subject: seen(mine, question.subject),
    peer: seen(other, question.peer),
    verdict: verdictOf(allowed),
    rules: rulesOf(provenance),
    reason: fallback?.reason ?? '',
    isolating: (fallback?.isolating ?? []).map((ref) => ({ ...ref })),
    matched: matched.map(shownRule),
    nearly: nearly.map(shownRule),
    staged: staged ? verdictOf(staged.allowed) : 'VERDICT_UNSPECIFIED',
    stagedRules: rulesOf(staged?.provenance),
    mapEntryJson: '',
    connectionJson: '',
  };
} // prettier-ignore

/** The packet that an answer about several shows: the first that is denied, else the first. */
export function shownPacket(answers: readonly PacketAnswer[]): PacketAnswer {
  const shown = answers.find((answer) => !answer.allowed) ?? answers[0];
  if (!shown) throw new RangeError('no packet was asked about');
  return shown;
}

const packetName = ({ protocol, family }: PacketAnswer) => `${protocolName(protocol)} over IPv${family}`;

function notesOf(answers: readonly PacketAnswer[], shown: PacketAnswer): string[] {
  const notes: string[] = [];
  if (answers.length > 1) {
    const all = answers.map((a) => `${packetName(a)} is ${a.allowed ? 'allowed' : 'denied'}`);
    notes.push(`several packets were meant: ${all.join(', ')}; this is about ${packetName(shown)}`);
  }
  const reasons = [shown.egress, shown.ingress].map((s) =>
    s?.provenance.type === 'default' ? s.provenance.reason : '',
  );
  if (reasons.includes('mode-never')) notes.push('the mode is never: no policy is enforced');
  if (reasons.includes('self')) notes.push('a workload always reaches itself');
  return notes;
}

/** The answer about a connection, in the shape of the API's message. */
export function toResponse(
  answers: readonly PacketAnswer[],
  from: ConnectionEnd,
  to: ConnectionEnd,
  about: {
    readonly revision?: { readonly generation: number; readonly revision: number };
    readonly notes?: readonly string[];
  } = {},
): ShownExplanation {
  const shown = shownPacket(answers);
  return {
    verdict: verdictOf(shown.allowed),
    egress: shownSide(shown.egress, from, to),
    ingress: shownSide(shown.ingress, to, from),
    revision: about.revision ?? null,
    notes: [...notesOf(answers, shown), ...(about.notes ?? [])],
  };
}

/** A party of which only these things are known. */
export function shownParty(known: {
  readonly identity: number;
  readonly labels?: readonly Label[];
  readonly workloads?: readonly string[];
  readonly prefix?: string;
  readonly node?: string;
}): ShownParty {
  const { identity, labels = [], workloads = [], prefix = '', node = '' } = known;
  const entity = workloads.length > 0 ? '' : (reservedName(identity) ?? '');
  return { identity, labels: labels.map((l) => ({ ...l })), workloads: [...workloads], entity, prefix, node };
}
