import { keys, type PendingValue } from '@sluice/store';
import { refused } from '../failure.js';
import type { Present } from '../policies/plan.js';
import type { StoreGate } from '../store/gate.js';

/**
 * Throws FAILED_PRECONDITION where one of the forms waits for a confirmation itself: taking the later change back would bring the
 * earlier one back, which may be gone by then. Such a wait begins with the form, so it is enough to look after the form was read.
 */
export async function refuseWaiting(gate: StoreGate, present: Present): Promise<void> {
  const { entries } = await gate.use((store) => store.list<PendingValue>(keys.pendings()));
  const waiting = new Map(
    entries.flatMap(({ key, value }) =>
      value.left === undefined ? [[key.slice(keys.pendings().length), value] as const] : [],
    ),
  );
  for (const { key, value } of present.values()) {
    const pending = waiting.get(value.change);
    if (pending === undefined) continue;
    const policy = key.slice(keys.policies().length);
    throw refused(
      `${policy} waits for the confirmation of change ${value.change} by ${pending.author}, until ${pending.deadline}`,
      `confirm that first (sluice confirm ${value.change}), take it back (sluice rollback --change ${value.change}), or wait`,
    );
  }
}
