import type { BpfMap, Native } from '@sluice/native';
import { DatapathError } from './errors.js';
import { decodeBreakGlass, encodeBreakGlass } from './generated/layout.js';

const KEY = Buffer.alloc(4);
const NANOSECONDS = 1_000_000;
/** A day: whoever needs longer asks for a mode. */
export const MOST_SUSPENDED_MS = 24 * 3600 * 1000;

/**
 * The one switch of a node that enforces no policy for a while. The kernel holds the deadline, so it ends whatever becomes of the
 * agent, and with the machine: after a reboot policy is enforced.
 */
export class BreakGlass {
  /** `behind` gives the same switch of the programs that decide in place of ours while ours take over from them. */
  constructor(
    private readonly map: BpfMap,
    private readonly native: Pick<Native, 'monotonicNow'>,
    private readonly behind: () => BpfMap | null = () => null,
  ) {}

  /** Milliseconds that are left; 0: policy is enforced. */
  get leftMs(): number {
    const bytes = this.map.get(KEY);
    const { until } = bytes ? decodeBreakGlass(bytes) : { until: 0n };
    const left = until - this.native.monotonicNow();
    return until === 0n || left <= 0n ? 0 : Math.ceil(Number(left) / NANOSECONDS);
  }

  /** Enforces no policy for so long, from now on. Throws BAD_ENTRY for what is not between a second and a day. */
  suspend(milliseconds: number): void {
    if (!(milliseconds >= 1000 && milliseconds <= MOST_SUSPENDED_MS))
      throw new DatapathError('BAD_ENTRY', 'enforcement is suspended for at least 1 s and at most 24 h');
    this.write(this.native.monotonicNow() + BigInt(Math.round(milliseconds)) * BigInt(NANOSECONDS));
  }

  /** Enforces policy again, at once. */
  resume(): void {
    this.write(0n);
  }

  private write(until: bigint): void {
    const value = encodeBreakGlass({ until });
    this.map.update(KEY, value);
    this.behind()?.update(KEY, value);
  }
}
