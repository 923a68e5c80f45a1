import type { SharedState } from './state.js';
import type { TrackedMap } from './tracked.js';

/** Keys of each kind that may have another value than when they were last asked for. */
export interface Changes {
  readonly policies: ReadonlySet<string>;
  readonly identities: ReadonlySet<number>;
  readonly allocations: ReadonlySet<string>;
  readonly pools: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
}

/** Tells what is new in the store's state, also where another state takes the place of the one before. */
export class ChangesOf {
  private last: SharedState | null = null;
  /** What was taken and not dealt with yet. */
  private left: Changes | null = null;

  /** What is new since the last call after which `done` was called. */
  take(state: SharedState): Changes {
    const { last, left } = this;
    this.last = state;
    const of = <K>(kind: keyof Changes & keyof SharedState): ReadonlySet<K> => {
      const map = (of: SharedState) => of[kind] as unknown as TrackedMap<K, unknown>;
      const keys = new Set<K>([...((left?.[kind] ?? []) as Iterable<K>), ...map(state).take()]);
      if (!last || last === state) return keys;
      // What was deleted from the state before and not asked for since is in neither.
      for (const key of [...map(last).take(), ...map(last).keys(), ...map(state).keys()]) keys.add(key);
      return keys;
    };
    this.left = {
      policies: of('policies'),
      identities: of('identities'),
      allocations: of('allocations'),
      pools: of('pools'),
      services: of('services'),
      endpoints: of('endpoints'),
    };
    return this.left;
  }

  /** Tells that what was taken is dealt with. */
  done(): void {
    this.left = null;
  }
}
