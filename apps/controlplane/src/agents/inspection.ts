import { Injectable } from '@nestjs/common';
import type { DumpMapRequest, DumpMapResponse } from '@sluice/api';
import { invalid, unavailable } from '../failure.js';
import { Peers } from './peers.js';
import { AgentSessions } from './sessions.js';

const ANSWER_MS = 10_000;

/** Questions to one node, over the stream that its agent keeps with this replica or with another. */
@Injectable()
export class Inspection {
  constructor(
    private readonly sessions: AgentSessions,
    private readonly peers: Peers,
  ) {}

  /** Rows of one of the node's maps. UNAVAILABLE where its agent has no stream; `elsewhere`: ask other replicas too. */
  async dump(request: DumpMapRequest, elsewhere: boolean): Promise<DumpMapResponse> {
    if (request.node === '') throw invalid('no node is named');
    const answer =
      this.sessions.askOnce(request.node, { dump: request }, ({ dump }) => dump ?? null, ANSWER_MS) ??
      (elsewhere ? this.peers.dump(request) : null);
    const found = await answer;
    if (found !== null) return found;
    throw unavailable(
      `node ${request.node} has no stream to the control plane`,
      'see that its agent runs: sluice get nodes',
    );
  }
}
