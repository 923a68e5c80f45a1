import { Reason } from '../../../libs/datapath/src/generated/layout.js';
import type { ProgramName } from '../bench.js';
import type { Family } from '../packets.js';
import { FAMILIES, type Arrival, type Stage } from '../stage.js';

export { Reason };
export type ReasonName = Exclude<keyof typeof Reason, 'REASON_FORWARDED' | 'REASON_MAX'>;

/** One way to be dropped: the stage is changed a little, or the packet is, and this is the reason that must be given. */
export interface DropCase {
  readonly what: string;
  readonly reason: ReasonName;
  readonly program: ProgramName;
  readonly families: readonly Family[];
  readonly arrive: (stage: Stage, family: Family) => Arrival;
}

type Arrive = (stage: Stage, family: Family) => Arrival | Buffer;

/** Cases of one program: what is wrong, the reason, what arrives, and the families where not both. */
export function casesOf(
  program: ProgramName,
  rows: readonly (readonly [string, ReasonName, Arrive, Family?])[],
): readonly DropCase[] {
  return rows.map(([what, reason, arrive, family]) => ({
    what,
    reason,
    program,
    families: family ? [family] : FAMILIES,
    arrive: (stage, of) => {
      const arrival = arrive(stage, of);
      return Buffer.isBuffer(arrival) ? { data: arrival } : arrival;
    },
  }));
}
