import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { CheckInput, SuspendRequest, SuspensionInput } from '@sluice/api';
import { DEFAULT_SETTINGS, keys, type SettingsValue } from '@sluice/store';
import { AuditLog, type AuditRecord } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid } from '../failure.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { StatusChecks } from './checks.js';
import { CLOCK, type Clock } from './clock.js';
import { Deadlines } from './deadlines.js';
import { systemCaller } from './system.js';

const MOST_SECONDS = 24 * 3600;
const MOST_REASON = 500;

type Suspended = NonNullable<SettingsValue['suspended']>;

/**
 * Suspends all policy for a while: mode never, written into the settings with its end. Agents end it by their own clock too, so
 * enforcement comes back even where no control plane lives; what is removed here afterwards is only the note.
 */
@Injectable()
export class Suspensions implements OnApplicationShutdown {
  private readonly logger = new Logger('Suspensions');
  private readonly deadlines: Deadlines<string>;

  constructor(
    private readonly cache: ClusterCache,
    private readonly gate: StoreGate,
    private readonly audit: AuditLog,
    checks: StatusChecks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.deadlines = new Deadlines<string>(
      clock,
      () => this.due(),
      (_key, error) => this.logger.warn(`the suspension is still noted: ${(error as Error).message}`),
    );
    cache.follow<SettingsValue>(keys.settings(), (key, entry) => {
      const suspended = entry?.value.suspended ?? null;
      if (suspended === null) this.deadlines.forget(key);
      else this.deadlines.set(key, endOf(suspended), key);
    });
    checks.add(() => this.checks());
  }

  onApplicationShutdown(): void {
    this.deadlines[Symbol.dispose]();
  }

  /** Suspends for `seconds` from now, in place of a suspension that there is. INVALID_ARGUMENT above a day. */
  async suspend({ seconds, reason }: SuspendRequest, caller: Caller): Promise<SuspensionInput> {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_SECONDS)
      throw invalid(`${seconds} s is no time to suspend for`, 'between 1 s and 24 h');
    if (reason.length > MOST_REASON) throw invalid(`a reason has at most ${MOST_REASON} characters`);
    const until = new Date(this.clock.now() + seconds * 1000).toISOString();
    const suspended: Suspended = { until, by: caller.name, reason };
    await this.write(() => suspended);
    this.tell('suspend', caller, suspended);
    return { ...suspended };
  }

  /** Ends a suspension. The answer is empty; so it is where there was none. */
  async resume(caller: Caller): Promise<SuspensionInput> {
    const before = await this.write((present) => (present === null ? undefined : null));
    if (before !== null) this.tell('resume', caller, before);
    return { until: '', by: '', reason: '' };
  }

  private async due(): Promise<void> {
    const over = (present: Suspended | null) => present !== null && endOf(present) <= this.clock.now();
    const before = await this.write((present) => (over(present) ? null : undefined));
    if (over(before)) this.tell('suspension-ended', systemCaller('suspend'), before as Suspended);
  }

  /**
   * Writes what `decide` makes of the present suspension; undefined: leaves it. Returns the one before. Settings that change at the
   * same moment are read again, a few times: ABORTED after that.
   */
  private async write(
    decide: (present: Suspended | null) => Suspended | null | undefined,
  ): Promise<Suspended | null> {
    const key = keys.settings();
    for (let attempt = 0; attempt < 5; attempt++) {
      const cluster = await this.gate.cluster();
      const entry = await this.gate.use((store) => store.get<SettingsValue>(key));
      const before = entry?.value.suspended ?? null;
      const suspended = decide(before);
      if (suspended === undefined) return before;
      const value: SettingsValue = { ...(entry?.value ?? DEFAULT_SETTINGS), suspended };
      const { succeeded } = await this.gate.write((store) =>
        store.txn(
          [
            entry === null ? { key, absent: true } : { key, modRevision: entry.modRevision },
            { key: keys.cluster(), modRevision: cluster.modRevision },
          ],
          [{ put: key, value }],
        ),
      );
      if (succeeded) return before;
    }
    throw aborted('the settings were changed at the same moment', 'repeat the call');
  }

  private tell(event: AuditRecord['event'], { name, role }: Caller, { until, by, reason }: Suspended): void {
    const what = `policy until ${until}, by ${by}${reason === '' ? '' : `: ${reason}`}`;
    this.audit.write({ event, user: name, role, what });
    this.logger.warn(`${event} of ${name}: ${what}`);
  }

  private checks(): CheckInput[] {
    const suspended = this.cache.get<SettingsValue>(keys.settings())?.value.suspended ?? null;
    if (suspended === null || endOf(suspended) <= this.clock.now()) return [];
    const { until, by, reason } = suspended;
    const why = reason === '' ? '' : ` (${reason})`;
    const message = `no policy is enforced until ${until}, by ${by}${why}`;
    return [{ name: 'suspension', level: 'warning', message, hint: 'sluice resume ends it' }];
  }
}

const endOf = ({ until }: Suspended): number => Date.parse(until);
