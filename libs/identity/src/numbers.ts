import { IDENTITY } from '@sluice/labels';

/** The least and the greatest number of a cluster identity (bpf/lib/types.h). */
export const FIRST_NUMBER: number = IDENTITY.CLUSTER_MIN;
export const LAST_NUMBER: number = IDENTITY.CLUSTER_MAX;

/**
 * The next number after `last` that is not used, round-robin, so that a number rests as long as possible before somebody else
 * has it. null where all are used. `last` below the range begins at its start.
 */
export function nextIdentity(used: ReadonlySet<number>, last: number): number | null {
  const size = LAST_NUMBER - FIRST_NUMBER + 1;
  const start = last < FIRST_NUMBER || last >= LAST_NUMBER ? FIRST_NUMBER : last + 1;
  if (used.size >= size) return null;
  for (let i = 0; i < size; i += 1) {
    const candidate = FIRST_NUMBER + ((start - FIRST_NUMBER + i) % size);
    if (!used.has(candidate)) return candidate;
  }
  return null;
}
