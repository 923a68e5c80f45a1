import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { PolicyRef } from '@sluice/policy';
import { keys, type PolicyValue } from '@sluice/store';
import { keyOf, nameOf, planDelete, type Plan, type Present } from '../policies/plan.js';
import { PoliciesService, refOf } from '../policies/policies.service.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { CLOCK, type Clock } from './clock.js';
import { Deadlines } from './deadlines.js';
import { expiresAt } from './expiry.js';
import { systemCaller, systemChange } from './system.js';

/** Author of what ends by its own time. */
export const EXPIRES = 'expires';

/**
 * Ends policies whose `spec.expires` has come: they are deleted, with their last form in history. Every replica does it; the
 * transaction wants the policy as it was, so one wins, and a policy that was prolonged in the last moment stays.
 */
@Injectable()
export class Expiries implements OnApplicationShutdown {
  private readonly logger = new Logger('Expiries');
  private readonly deadlines: Deadlines<PolicyRef>;

  constructor(
    cache: ClusterCache,
    private readonly gate: StoreGate,
    private readonly policies: PoliciesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.deadlines = new Deadlines<PolicyRef>(
      clock,
      (ref) => this.due(ref),
      (key, error) => this.logger.warn(`${key} has not been ended yet: ${(error as Error).message}`),
    );
    cache.follow<PolicyValue>(keys.policies(), (key, entry) => {
      const at = entry === null ? null : expiresAt(entry.value.document);
      if (at === null) this.deadlines.forget(key);
      else this.deadlines.set(key, at, refOf(key));
    });
  }

  onApplicationShutdown(): void {
    this.deadlines[Symbol.dispose]();
  }

  private async due(ref: PolicyRef): Promise<void> {
    const change = systemChange(EXPIRES, this.clock.now());
    const planner = (present: Present): Plan => planDelete(this.over(present) ? [ref] : [], present, change);
    try {
      const caller = systemCaller(EXPIRES);
      const { results } = await this.policies.transact({
        refs: [ref],
        planner,
        change,
        event: 'expired',
        caller,
      });
      if (results?.length === 1) this.logger.log(`${nameOf(ref)}: its time is over`);
    } catch (error) {
      const now = await this.gate.use((store) => store.get<PolicyValue>(keyOf(ref)));
      if (now === null || !this.isOver(now.value)) return;
      throw error;
    }
  }

  private over(present: Present): boolean {
    return [...present.values()].some(({ value }) => this.isOver(value));
  }

  private isOver({ document }: PolicyValue): boolean {
    const at = expiresAt(document);
    return at !== null && at <= this.clock.now();
  }
}
