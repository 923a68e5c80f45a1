import { Injectable } from '@nestjs/common';
import type { Label, RecordedBatch, RecordedRequest } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { Peers } from '../agents/peers.js';
import type { AgentSession } from '../agents/session.js';
import { AgentSessions } from '../agents/sessions.js';
import { invalid } from '../failure.js';
import { ClusterCache } from '../store/cache.js';
import { ClusterWorld } from '../world/snapshot.js';
import { Collection, type Recorded } from './collection.js';
import { present } from './present.js';

/** How long nodes may take to read their rings; less than the usual deadline of a call. */
const ANSWER_MS = 7_000;
const DEFAULT_LIMIT = 10_000;
const MOST_ROWS = 100_000;

/** Which recorded flows are wanted; what is absent restricts nothing. */
export interface RecordedQuery {
  /** RFC 3339; rows that were seen at or after it. */
  readonly since?: string;
  readonly stagedOnly?: boolean;
  /** Only what this policy decided, would have decided, or isolates. */
  readonly policy?: PolicyRef | null;
  /** Only what was decided for workloads with exactly these labels; absent or empty: all. */
  readonly subject?: readonly Label[];
  /** Rows; default 10,000, at most 100,000. */
  readonly limit?: number;
}

type Take = (batch: RecordedBatch) => void;

/** The flows that the nodes keep on disk, counted. */
@Injectable()
export class RecordedFlows {
  constructor(
    private readonly sessions: AgentSessions,
    private readonly peers: Peers,
    private readonly cache: ClusterCache,
    private readonly world: ClusterWorld,
  ) {}

  /**
   * Asks all nodes, also those whose agents are connected to other replicas. Nodes that do not answer within 7 seconds are named,
   * never waited for. INVALID_ARGUMENT where `since` is no time; UNAVAILABLE where the store cannot be read.
   */
  async recorded(query: RecordedQuery, signal: AbortSignal): Promise<Recorded> {
    const request = requestOf(query);
    const snapshot = this.world.snapshot();
    const gathered = new Collection();
    const either = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    await Promise.all([
      this.local(request, gathered.source(), either),
      ...this.peers.names().map((name) => this.peers.recorded(name, request, gathered.source(), either)),
    ]);
    const found = gathered.result([...snapshot.allocations.keys()], request.limit);
    return { ...found, flows: present(found.flows, snapshot) };
  }

  /** Batches as they come, from the agents of this replica and, with `elsewhere`, of the others. */
  async batches(
    query: RecordedQuery,
    elsewhere: boolean,
    take: (batch: RecordedBatch) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const request = requestOf(query);
    this.cache.check();
    const either = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const others = elsewhere ? this.peers.names() : [];
    await Promise.all([
      this.local(request, take, either),
      ...others.map((name) => this.peers.recorded(name, request, take, either)),
    ]);
  }

  private async local(request: RecordedRequest, take: Take, signal: AbortSignal): Promise<void> {
    await Promise.all(this.sessions.all().map((session) => ask(session, request, take, signal)));
  }
}

/** One agent's answer. Its failure, and that it is too slow, come as a batch; never rejects. */
function ask(
  session: AgentSession,
  request: RecordedRequest,
  take: Take,
  signal: AbortSignal,
): Promise<void> {
  const { node } = session;
  const failed = (failure: string): RecordedBatch => ({
    flows: [],
    since: '',
    truncated: false,
    node,
    failure,
  });
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const giveUp = () => {
      cancel();
      take(failed(`it did not answer within ${ANSWER_MS} ms`));
      resolve();
    };
    const done = (failure: Error | null) => {
      signal.removeEventListener('abort', giveUp);
      if (failure !== null) take(failed(failure.message));
      resolve();
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    cancel = session.ask(
      { recorded: request },
      // Whatever an agent says of itself, its certificate names it.
      {
        message: ({ recorded }) => recorded && take({ ...recorded, node, flows: named(recorded, node) }),
        done,
      },
    );
  });
}

const named = ({ flows }: RecordedBatch, node: string) => flows.map((flow) => ({ ...flow, node }));

function requestOf({
  since = '',
  stagedOnly = false,
  policy = null,
  subject = [],
  limit = 0,
}: RecordedQuery): RecordedRequest {
  return {
    since: since === '' ? '' : timeOf(since),
    stagedOnly,
    policy,
    subject: subject.map((label) => ({ ...label })),
    limit: limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MOST_ROWS),
  };
}

/** A time in UTC as the agents compare it. Throws INVALID_ARGUMENT. */
export function timeOf(text: string): string {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time))
    throw invalid(`since ${JSON.stringify(text)} is no time`, 'RFC 3339, e.g. 2026-11-23T10:00:00Z');
  return new Date(time).toISOString();
}
