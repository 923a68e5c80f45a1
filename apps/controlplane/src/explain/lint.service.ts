import { Inject, Injectable } from '@nestjs/common';
import type { LintFindingInput, LintRequest, LintResponseInput } from '@sluice/api';
import {
  Hits,
  lintSteps,
  lintTexts,
  liveSteps,
  nodeInputs,
  PolicyForms,
  shownFinding,
  sortFindings,
  specsOf,
  unusedRules,
  type LintFinding,
  type LintInput,
  type LintSpec,
} from '@sluice/policy';
import { keys, type PolicyValue } from '@sluice/store';
import { RecordedFlows } from '../flows-recorded/recorded.service.js';
import { CLOCK, type Clock } from '../life/clock.js';
import { Limits } from '../policies/limits.js';
import { ClusterCache } from '../store/cache.js';
import { ClusterWorld, type ClusterSnapshot } from '../world/snapshot.js';
import { inSlices } from './slices.js';
import { apiServers } from './world.js';

const DAY_MS = 86_400_000;
/** Rows of recorded flows that are read; where there are more, nothing can be said of what has none. */
const MOST_FLOWS = 100_000;
/** Findings in one answer. */
const MOST_FINDINGS = 10_000;

type Steps = Generator<LintFinding | null>;
type Show = (finding: LintFinding) => LintFindingInput;

/** What is looked at: the policies of a text among those in the store, or all of those. */
interface Looked {
  readonly inputs: readonly LintInput[];
  readonly refused: readonly LintFindingInput[];
  readonly show: Show;
}

interface Unused {
  readonly findings: readonly LintFinding[];
  readonly flowsSince: string;
  readonly silentNodes: string[];
}

function* together(steps: Iterable<Steps>, found: LintFinding[]): Generator<void, void> {
  for (const some of steps)
    for (const finding of some) {
      if (finding) found.push(finding);
      yield;
    }
}

/** What is odd about policies, and what they mean that is not there. */
@Injectable()
export class LintService {
  constructor(
    private readonly world: ClusterWorld,
    private readonly cache: ClusterCache,
    private readonly limits: Limits,
    private readonly flows: RecordedFlows,
    private readonly forms: PolicyForms,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Findings are never errors of the call; RESOURCE_EXHAUSTED where the text is too large, UNAVAILABLE without the store. */
  async lint({ text, file, unusedDays }: LintRequest, signal: AbortSignal): Promise<LintResponseInput> {
    this.limits.checkText(text);
    const snapshot = this.world.snapshot();
    const { inputs, refused, show } = await this.looked(text, file, snapshot, signal);
    const specs = specsOf(inputs);
    const found: LintFinding[] = [];
    const nodes = nodeInputs(snapshot.allocations, null, () => 0, apiServers(snapshot));
    const live = { identities: snapshot.identities, nodes, services: snapshot.services };
    await inSlices(together([lintSteps(inputs), liveSteps(specs, live)], found), signal);
    const unused = unusedDays > 0 ? await this.unused(specs, unusedDays, signal) : null;
    const findings = sortFindings([...found, ...(unused?.findings ?? [])]);
    return {
      findings: [...refused, ...cut(findings).map(show)],
      flowsSince: unused?.flowsSince ?? '',
      silentNodes: unused?.silentNodes ?? [],
    };
  } // prettier-ignore

  private async looked(
    text: string,
    file: string,
    { policies }: ClusterSnapshot,
    signal: AbortSignal,
  ): Promise<Looked> {
    const given = text === '' ? null : lintTexts([{ text, file }]);
    const keyOf = ({ stored }: LintInput) => `${stored.kind}\n${stored.scope}\n${stored.name}`;
    const replaced = new Set((given?.inputs ?? []).map(keyOf));
    const stored: LintInput[] = [];
    const forms = this.forms;
    await inSlices(
      (function* () {
        for (const policy of policies) {
          const input = { stored: policy, form: forms.of(policy), told: given === null };
          if (!replaced.has(keyOf(input))) stored.push(input);
          yield;
        }
      })(),
      signal,
    );
    const shownStored: Show = (finding) => shownFinding(finding);
    return {
      inputs: [...(given?.inputs ?? []), ...stored],
      refused: given?.refused ?? [],
      show: given?.show ?? shownStored,
    };
  }

  /** Rules that no recorded flow of the last days names. Nodes forget: what they remember may begin later than that. */
  private async unused(specs: readonly LintSpec[], days: number, signal: AbortSignal): Promise<Unused> {
    const wanted = new Date(this.clock.now() - days * DAY_MS).toISOString();
    const { flows, since, silentNodes, truncated } = await this.flows.recorded({ since: wanted, limit: MOST_FLOWS }, signal);
    const nothing = { flowsSince: since, silentNodes: [...silentNodes] };
    if (since === '') return { ...nothing, findings: [] };
    if (truncated) return { ...nothing, findings: [tooMany()] };
    const hits = new Hits();
    const found: LintFinding[] = [];
    const from = since > wanted ? since : wanted;
    const useOf = (spec: LintSpec) => ({ since: this.appliedAt(spec) });
    const count = function* (): Generator<void, void> {
      for (const { rules, stagedRules } of flows) {
        for (const rule of [...rules, ...stagedRules]) hits.add(rule);
        yield;
      }
    };
    await inSlices(count(), signal);
    await inSlices(together([unusedRules(specs, hits, from, useOf)], found), signal);
    return { ...nothing, findings: found };
  } // prettier-ignore

  /** When the policy got its present form; null for one that is not in the store. */
  private appliedAt({ input: { stored } }: LintSpec): string | null {
    const entry = this.cache.get<PolicyValue>(keys.policy(stored.kind, stored.scope, stored.name));
    return entry?.modRevision === stored.revision ? new Date(entry.value.time).toISOString() : null;
  }
}

const incomplete = (message: string, hint: string): LintFinding => {
  return { level: 'info', code: 'incomplete', policy: null, rule: '', path: [], message, hint };
};

const tooMany = () =>
  incomplete(
    `there are more than ${MOST_FLOWS} recorded flows: rules without a hit were not looked for`,
    'ask for fewer days',
  );

/** As many as one answer holds, and a word where there are more. */
function cut(findings: readonly LintFinding[]): readonly LintFinding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const message = `there are ${findings.length} findings; ${MOST_FINDINGS} are told`;
  return [...findings.slice(0, MOST_FINDINGS), incomplete(message, 'lint a file, or mend these first')];
}
