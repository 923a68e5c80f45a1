import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { ControlPlaneConfig } from '@sluice/api';
import { IdentityCollector, type Store } from '@sluice/store';
import { StoreGate } from '../store/gate.js';
import { CONFIG, STORE } from '../tokens.js';

/** Long enough that a set which comes and goes (a rollout, a node that restarts) keeps its number. */
const GRACE_SECONDS = 900;
const MOST_SECONDS = 60;

/**
 * Takes back the numbers of label sets that no workload has any more. Every replica does it; each step is a transaction that
 * only one can win.
 */
@Injectable()
export class Collection implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Collection');
  private readonly collector: IdentityCollector;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(STORE) store: Store,
    private readonly gate: StoreGate,
    @Inject(CONFIG) config: ControlPlaneConfig,
  ) {
    const seconds = config.identityGraceSeconds ?? GRACE_SECONDS;
    this.collector = new IdentityCollector(store, { graceMs: seconds * 1_000 });
    this.everyMs = Math.min(MOST_SECONDS, seconds / 2) * 1_000;
  }

  onApplicationBootstrap(): void {
    this.plan();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private plan(): void {
    if (this.stopped) return;
    // Not all replicas at once.
    this.timer = setTimeout(() => void this.pass(), this.everyMs * (0.75 + Math.random() / 2));
    this.timer.unref();
  }

  private async pass(): Promise<void> {
    try {
      // In a store that is not the known one nobody claims anything.
      const { marked, deleted } = await this.gate.write(() => this.collector.pass());
      if (marked.length > 0) this.logger.log(`nobody claims ${marked.join(', ')} any more`);
      if (deleted.length > 0) this.logger.log(`taken back: ${deleted.join(', ')}`);
    } catch (error) {
      if (!this.stopped)
        this.logger.warn(`identities were not collected: ${(error as Error).message}; later`);
    }
    this.plan();
  }
}
