import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ApplyResponseInput, CheckInput } from '@sluice/api';
import { keys, type ChangeValue, type Entry, type PendingValue } from '@sluice/store';
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, refused } from '../failure.js';
import { nameOf, type Plan, type Present } from '../policies/plan.js';
import { PoliciesService } from '../policies/policies.service.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { ChangesService, ended, type KnownChange } from './changes.service.js';
import { StatusChecks } from './checks.js';
import { CLOCK, type Clock } from './clock.js';
import { Deadlines } from './deadlines.js';
import { systemCaller, systemChange } from './system.js';
import { planTakeBack, type TakingBack } from './take-back.js';

/** Author of what is taken back because nobody confirmed it. */
export const UNCONFIRMED = 'unconfirmed';
/** How long status tells of policies that could not be taken back. */
const TOLD_MS = 24 * 3_600_000;
/** How long the taking back may last before it is an error. */
const DOING_MS = 10_000;

/**
 * Changes that hold only if they are confirmed. The deadline stands in etcd, every replica watches it and takes the change back when
 * it has come: a transaction that wants `pending/<change>` as it was, so that one replica, or the confirmation, wins.
 */
@Injectable()
export class Confirmations implements OnApplicationShutdown {
  private readonly logger = new Logger('Confirmations');
  private readonly deadlines: Deadlines<string>;

  constructor(
    private readonly gate: StoreGate,
    private readonly cache: ClusterCache,
    private readonly changes: ChangesService,
    private readonly policies: PoliciesService,
    private readonly audit: AuditLog,
    checks: StatusChecks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.deadlines = new Deadlines<string>(
      clock,
      (id) => this.due(id),
      (id, error) => this.logger.warn(`change ${id} was not taken back yet: ${(error as Error).message}`),
    );
    cache.follow<PendingValue>(keys.pendings(), (key, entry) => {
      const id = key.slice(keys.pendings().length);
      if (entry === null) this.deadlines.forget(id);
      else this.deadlines.set(id, endOf(entry.value), id);
    });
    checks.add(() => this.checks());
  }

  onApplicationShutdown(): void {
    this.deadlines[Symbol.dispose]();
  }

  /**
   * Lets a change hold. FAILED_PRECONDITION where its deadline is past or it was taken back; a change that was confirmed before is
   * answered alike.
   */
  async confirm(id: string, caller: Caller): Promise<ApplyResponseInput> {
    const changed = await this.changes.find(id);
    const pending = await this.gate.use((store) => store.get<PendingValue>(keys.pending(id)));
    if (pending === null || pending.value.left !== undefined) return this.without(id, changed);
    if (endOf(pending.value) <= this.clock.now())
      throw refused(
        `change ${id} was to be confirmed until ${pending.value.deadline}: it is being taken back`,
        'apply it again',
      );
    const time = new Date(this.clock.now()).toISOString();
    const value: ChangeValue = { ...changed.value, ended: { how: 'confirmed', by: caller.name, time } };
    const { succeeded } = await this.gate.write((store) =>
      store.txn(
        [{ key: keys.pending(id), modRevision: pending.modRevision }],
        [{ delete: keys.pending(id) }, { put: keys.change(id), value }],
      ),
    );
    if (!succeeded) return this.lost(id);
    const what = value.policies.map(nameOf).join(', ');
    this.audit.write({ event: 'confirm', user: caller.name, role: caller.role, what, change: id });
    return this.answer(id, changed);
  }

  /** Somebody else ended the wait in between: the answer is what that was. */
  private async lost(id: string): Promise<ApplyResponseInput> {
    const changed = await this.changes.find(id);
    if (changed.value.ended === undefined)
      throw aborted(`change ${id} was changed at the same moment`, 'repeat the call');
    return this.without(id, changed);
  }

  private async without(id: string, changed: Entry<ChangeValue>): Promise<ApplyResponseInput> {
    const end = changed.value.ended;
    if (end?.how === 'confirmed') return this.answer(id, changed);
    if (end === undefined) throw refused(`change ${id} asked for no confirmation`, 'it holds already');
    throw refused(`change ${id} was taken back at ${end.time} by ${end.by}`, 'apply it again');
  }

  private async answer(
    id: string,
    { value, createRevision }: Entry<ChangeValue>,
  ): Promise<ApplyResponseInput> {
    const { generation } = (await this.gate.cluster()).value;
    const results = value.policies.map(({ kind, scope, name, before, deleted }) => ({
      policy: { kind, scope, name },
      action: deleted ? 'deleted' : before === 0 ? 'created' : 'configured',
      revision: createRevision,
    }));
    return { results, revision: { generation, revision: createRevision }, change: id };
  }

  /** What is done at a deadline: takes the change back, or ends the telling of it. */
  private async due(id: string): Promise<void> {
    const known = await this.changes.read(id);
    const { pending } = known;
    if (pending === null) return;
    if (pending.value.left !== undefined) {
      const condition = { key: keys.pending(id), modRevision: pending.modRevision };
      await this.gate.write((store) => store.txn([condition], [{ delete: keys.pending(id) }]));
      return;
    }
    if (endOf(pending.value) <= this.clock.now()) await this.takeBack(known, pending);
  }

  private async takeBack(known: KnownChange, pending: Entry<PendingValue>): Promise<void> {
    const change = systemChange(UNCONFIRMED, this.clock.now());
    let done: TakingBack | null = null;
    const planner = (present: Present): Plan => {
      done = planTakeBack(known.entry, known.kept, present, change);
      return withLeft(ended(done.plan, known, change), known.id, pending.value, done.left);
    };
    try {
      const caller = systemCaller(UNCONFIRMED);
      await this.policies.transact({ refs: known.refs, planner, change, event: 'taken-back', caller });
    } catch (error) {
      // Whoever was first has done it, or it was confirmed at the last moment.
      const now = await this.gate.use((store) => store.get<PendingValue>(keys.pending(known.id)));
      if (now === null || now.modRevision !== pending.modRevision) return;
      throw error;
    }
    const { left } = done as unknown as TakingBack;
    this.logger.warn(`change ${known.id} of ${pending.value.author} was not confirmed and is taken back`);
    if (left.length === 0) return;
    const what = left.map(({ why }) => why).join('; ');
    this.audit.write({ event: 'taken-back', user: UNCONFIRMED, what: `left: ${what}`, change: known.id });
  }

  private checks(): CheckInput[] {
    return this.cache.below<PendingValue>(keys.pendings()).map(({ name: id, entry: { value } }) => {
      const check = { name: 'confirmation', level: 'warning' };
      if (value.left !== undefined) {
        const message = `change ${id} of ${value.author} was not confirmed, but these policies stay: ${value.left.join('; ')}`;
        return { ...check, message, hint: 'see that they are as they should be: sluice history' };
      }
      const message = `change ${id} of ${value.author} is taken back at ${value.deadline}`;
      if (endOf(value) + DOING_MS > this.clock.now())
        return { ...check, message, hint: `sluice confirm ${id}` };
      return {
        ...check,
        level: 'error',
        message: `${message}: not done yet`,
        hint: 'see the log of the control plane',
      };
    });
  }
}

const endOf = ({ deadline, left }: PendingValue): number =>
  Date.parse(deadline) + (left === undefined ? 0 : TOLD_MS);

/** Where policies are left as they are, the key stays and names them. */
function withLeft(plan: Plan, id: string, pending: PendingValue, left: TakingBack['left']): Plan {
  if (left.length === 0) return plan;
  const value: PendingValue = { ...pending, left: left.map(({ why }) => why) };
  const key = keys.pending(id);
  const others = plan.ops.filter((op) => !('delete' in op && op.delete === key));
  return { ...plan, ops: [...others, { put: key, value }] };
}
