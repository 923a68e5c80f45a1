import { Injectable } from '@nestjs/common';
import type { SuggestRequest, SuggestResponseInput } from '@sluice/api';
import { isCidr, type Labels } from '@sluice/labels';
import { suggest } from '@sluice/policy';
import { invalid, notFound, refused } from '../failure.js';
import { ClusterWorld, type ClusterSnapshot } from '../world/snapshot.js';
import { RecordedFlows } from './recorded.service.js';
import { seenFlows } from './seen.js';

const MOST_ROWS = 100_000;

interface Subject {
  readonly name: string;
  readonly labels: Labels;
  /** Others with the same labels, scope/name. */
  readonly alike: readonly string[];
}

/** Policies made of what nodes have recorded. */
@Injectable()
export class Suggestions {
  constructor(
    private readonly recorded: RecordedFlows,
    private readonly world: ClusterWorld,
  ) {}

  /**
   * The least policy that what was recorded of a workload's labels needs. NOT_FOUND where there is no such workload;
   * FAILED_PRECONDITION where it has no identity yet; INVALID_ARGUMENT where `since` is no time.
   */
  async suggest(request: SuggestRequest, signal: AbortSignal): Promise<SuggestResponseInput> {
    const snapshot = this.world.snapshot();
    const { name, labels, alike } = subjectOf(snapshot, request.workload);
    const query = { since: request.since, subject: labels.map((label) => ({ ...label })), limit: MOST_ROWS };
    const found = await this.recorded.recorded(query, signal);
    const known = snapshot.identities.filter(({ id }) => !isCidr(id)).map((identity) => identity.labels);
    const flows = seenFlows(found.flows, request.droppedToo);
    const { text, notes } = suggest({ name, labels, flows, known });
    const more = [
      ...(alike.length === 0
        ? []
        : [`${some(alike)} have the same labels: what they did counts, and it selects them`]),
      ...(found.truncated
        ? ['not everything was recorded or read: the policy may let too little through']
        : []),
    ];
    return {
      text,
      notes: [...notes, ...more],
      flowsSince: found.since,
      youngestNode: found.youngestNode,
      silentNodes: found.silentNodes,
    };
  }
}

const MOST_NAMES = 5;
const some = (names: readonly string[]) =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

function subjectOf({ endpoints, identities }: ClusterSnapshot, workload: string): Subject {
  if (!/^[^/]+\/[^/]+$/.test(workload))
    throw invalid(`workload ${JSON.stringify(workload)} is not of the form SCOPE/NAME`);
  const named = endpoints.map(({ value }) => ({
    name: `${value.workload.scope}/${value.workload.name}`,
    identity: value.identity,
  }));
  const found = named.find(({ name }) => name === workload);
  if (found === undefined)
    throw notFound(`there is no workload ${workload}`, 'sluice get endpoints lists them');
  const identity = identities.find(({ id }) => id === found.identity);
  if (identity === undefined)
    throw refused(`workload ${workload} has no identity yet`, 'repeat the call once it is ready');
  const alike = named.filter(({ name, identity: id }) => id === found.identity && name !== workload);
  return {
    name: workload.slice(workload.indexOf('/') + 1),
    labels: identity.labels,
    alike: [...new Set(alike.map(({ name }) => name))].sort(),
  };
}
