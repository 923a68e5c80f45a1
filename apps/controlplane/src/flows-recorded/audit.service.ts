import { Injectable } from '@nestjs/common';
import type { AuditRequest, AuditResponseInput } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { notFound } from '../failure.js';
import { keyOf, nameOf } from '../policies/plan.js';
import { ClusterWorld } from '../world/snapshot.js';
import { grouped } from './grouped.js';
import { RecordedFlows } from './recorded.service.js';

const DEFAULT_LIMIT = 10_000;
const MOST_ROWS = 100_000;

/** What staged policies would have changed, by the flows that nodes have recorded. */
@Injectable()
export class StagedAudit {
  constructor(
    private readonly recorded: RecordedFlows,
    private readonly world: ClusterWorld,
  ) {}

  /**
   * What would have been dropped, and what let through, most counted first: by one staged policy, or by all. NOT_FOUND where nothing
   * is known of the policy; INVALID_ARGUMENT where `since` is no time.
   */
  async audit({ policy, since, limit }: AuditRequest, signal: AbortSignal): Promise<AuditResponseInput> {
    const found = await this.recorded.recorded({ since, stagedOnly: true, policy, limit: MOST_ROWS }, signal);
    if (policy !== null && found.flows.length === 0 && !this.exists(policy))
      throw notFound(`there is no ${nameOf(policy)}, and nothing was recorded of it`);
    const most = limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MOST_ROWS);
    const flows = grouped(found.flows);
    return {
      flows: flows.slice(0, most),
      flowsSince: found.since,
      youngestNode: found.youngestNode,
      silentNodes: found.silentNodes,
      truncated: found.truncated || flows.length > most,
    };
  }

  private exists(policy: PolicyRef): boolean {
    return this.world.snapshot().policies.some((known) => keyOf(known) === keyOf(policy));
  }
}
