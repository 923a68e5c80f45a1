import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';

/** Whether this replica should get calls. */
@Injectable()
export class Readiness {
  private stopping = false;

  constructor(
    private readonly gate: StoreGate,
    private readonly cache: ClusterCache,
    metrics: Metrics,
  ) {
    metrics.gauge('sluice_controlplane_ready', '1 when this replica can serve.', () =>
      this.reasons().length === 0 ? 1 : 0,
    );
    metrics.gauge('sluice_controlplane_store_reachable', '1 when etcd answers.', () =>
      gate.problem === null ? 1 : 0,
    );
    metrics.gauge(
      'sluice_controlplane_shared_revision',
      'Revision up to which shared/ was read.',
      () => cache.revision,
    );
  }

  /** Why it should not; empty when ready. */
  reasons(): string[] {
    const reasons: string[] = [];
    if (this.stopping) reasons.push('this replica is stopping');
    if (this.gate.problem !== null) reasons.push(this.gate.problem.text);
    if (!this.cache.synced) reasons.push('the store has not been read yet');
    return reasons;
  }

  stop(): void {
    this.stopping = true;
  }
}
