import { type BreakGlass, MOST_SUSPENDED_MS } from '@sluice/datapath';
import { AgentError } from './util/errors.js';
import type { Log } from './util/log.js';

const MOST_SECONDS = MOST_SUSPENDED_MS / 1000;

/** Whether policy is enforced on this node, as the kernel has it. */
export interface EnforcementState {
  /** Milliseconds for which none is; 0: it is. */
  readonly leftMs: number;
  /** RFC 3339; empty: it is enforced. */
  readonly until: string;
}

/** Break glass for this node alone: works with the store and the control plane dead, and every use of it is in the log. */
export class Enforcement {
  private wasSuspended: boolean;

  constructor(
    private readonly glass: Pick<BreakGlass, 'leftMs' | 'suspend' | 'resume'>,
    private readonly log: Log,
    private readonly onChange: () => void,
  ) {
    this.wasSuspended = this.state.leftMs > 0;
    if (this.wasSuspended) this.log.warn('enforcement is suspended still', { until: this.state.until });
  }

  get state(): EnforcementState {
    const { leftMs } = this.glass;
    return { leftMs, until: leftMs === 0 ? '' : new Date(Date.now() + leftMs).toISOString() };
  }

  /** Enforces no policy for so many seconds; 0: enforces it again. Throws INVALID_ARGUMENT above a day. */
  suspend(seconds: number, reason: string): EnforcementState {
    if (seconds > MOST_SECONDS)
      throw new AgentError(
        'INVALID_ARGUMENT',
        `enforcement is suspended for at most ${MOST_SECONDS} s, not ${seconds}`,
      );
    if (seconds === 0) this.glass.resume();
    else this.glass.suspend(seconds * 1000);
    const { state } = this;
    this.wasSuspended = seconds > 0;
    this.log.warn(seconds > 0 ? 'enforcement suspended' : 'enforcement resumed', {
      until: state.until,
      reason,
    });
    this.onChange();
    return state;
  }

  /** What an operator should know; null: policy is enforced. Notes in the log that a suspension has ended. */
  warning(): string | null {
    const { leftMs, until } = this.state;
    if (leftMs > 0)
      return `NO POLICY IS ENFORCED on this node until ${until} (sluice node enforcement resume)`;
    if (this.wasSuspended) this.log.warn('the suspension of enforcement has ended');
    this.wasSuspended = false;
    return null;
  }
}
