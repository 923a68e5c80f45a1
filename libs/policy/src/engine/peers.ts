import type { Labels } from '@sluice/labels';
import type { Chooser } from './chooser.js';
import type { SlotSet } from './slotset.js';

/** Who wants to know when somebody joins or leaves some peers. */
export interface PeerUser {
  changed(identity: number): void;
}

/** One chooser and whom it meets now. */
export interface Selection {
  readonly key: string;
  readonly chooser: Chooser;
  /** Whether the chooser meets somebody with these labels. */
  readonly meets: (identity: number, labels: Labels) => boolean;
  readonly met: SlotSet;
  readonly sets: Set<PeerSet>;
}

/** The peers of a rule: all whom its choosers meet. Rules with equal peers share one. */
export class PeerSet {
  /** By how often each uses it. */
  readonly #users = new Map<PeerUser, number>();

  constructor(
    readonly key: string,
    readonly selections: readonly Selection[],
  ) {
    for (const selection of selections) selection.sets.add(this);
  }

  has(slot: number): boolean {
    for (const { met } of this.selections) if (met.has(slot)) return true;
    return false;
  }

  use(user: PeerUser): void {
    this.#users.set(user, (this.#users.get(user) ?? 0) + 1);
  }

  /** False where nobody uses it any more. */
  leave(user: PeerUser): boolean {
    const uses = (this.#users.get(user) ?? 0) - 1;
    if (uses > 0) this.#users.set(user, uses);
    else this.#users.delete(user);
    return this.#users.size > 0;
  }

  /** Tells users that somebody has joined or left one selection, unless another has it anyway. */
  tell(selection: Selection, slot: number, identity: number): void {
    for (const other of this.selections) if (other !== selection && other.met.has(slot)) return;
    for (const user of this.#users.keys()) user.changed(identity);
  }
}
