import { randomUUID } from 'node:crypto';
import type { Caller } from '../auth/caller.js';
import type { Change } from '../policies/plan.js';

/** The control plane itself, under the name of what makes it act: history and the audit log tell it as the author. */
export const systemCaller = (name: string): Caller => ({ name, role: 'controlplane' });

/** A change that the control plane makes by itself, to policies of every owner and tier. */
export const systemChange = (author: string, now: number): Change => ({
  id: randomUUID(),
  author,
  time: new Date(now).toISOString(),
  newUid: randomUUID,
  admin: true,
  anyOwner: true,
});
