import { Injectable } from '@nestjs/common';
import type { DumpMapRequest, DumpMapResponse } from '@sluice/api';
import { invalid, unavailable } from '../failure.js';
import { AgentSessions } from './sessions.js';

const ANSWER_MS = 10_000;

/** Questions to one node, over the stream that its agent keeps. */
@Injectable()
export class Inspection {
  constructor(private readonly sessions: AgentSessions) {}

  /** Rows of one of the node's maps. UNAVAILABLE where its agent has no stream here. */
  async dump(request: DumpMapRequest): Promise<DumpMapResponse> {
    if (request.node === '') throw invalid('no node is named');
    const answer = this.sessions.askOnce(
      request.node,
      { dump: request },
      ({ dump }) => dump ?? null,
      ANSWER_MS,
    );
    if (answer !== null) return answer;
    throw unavailable(
      `node ${request.node} has no stream to this replica`,
      'see that its agent runs: sluice get nodes',
    );
  }
}
