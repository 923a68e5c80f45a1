import { keys, type ChangeValue, type Condition, type LastChangeValue } from '@sluice/store';
import { aborted } from '../failure.js';
import { nameOf, unchangedSince } from '../policies/plan.js';
import type { StoreGate } from '../store/gate.js';

const MOST_NAMED = 10;

/**
 * The condition under which a plan of that revision still holds: no policy was changed since, by anybody. Throws ABORTED naming who
 * changed what where one was.
 */
export async function stillPlanned(gate: StoreGate, revision: number): Promise<Condition> {
  const last = await gate.use((store) => store.get<LastChangeValue>(keys.lastChange()));
  if (last === null || last.modRevision <= revision)
    return unchangedSince(keys.lastChange(), last ?? undefined);
  const { entries } = await gate.use((store) => store.list<ChangeValue>(keys.changes()));
  const since = entries.filter((entry) => entry.createRevision > revision);
  const named = since.flatMap(({ value }) =>
    value.policies.map((ref) => `${nameOf(ref)} (${value.author}, ${value.time})`),
  );
  const more = named.length > MOST_NAMED ? `, and ${named.length - MOST_NAMED} more` : '';
  throw aborted(
    `policies were changed since the plan at revision ${revision}: ${named.slice(0, MOST_NAMED).join(', ')}${more}`,
    'nothing was changed: plan again',
  );
}
