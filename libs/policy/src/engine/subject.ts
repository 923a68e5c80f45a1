import { IDENTITY, isCluster } from '@sluice/labels';
import type {
  Direction,
  EnforcementMode,
  NamedPorts,
  PolicyMapEntry,
  Provenance,
  ResolvedClass,
} from '../types.js';
import { ingressNames, inOrder, isolatingOf, placeRules, type CompiledSpec } from './compile.js';
import type { Fallback } from './decide.js';
import { Rows, type RowChange } from './rows.js';
import { atOnce } from './slices.js';
import type { PeerUser } from './peers.js';
import type { SelectorIndex } from './selectors.js';

const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

/** Workloads: endpointSelector chooses these, never hosts or the outside. */
export function isWorkload(identity: number): boolean {
  return isCluster(identity) || identity === IDENTITY.INIT || identity === IDENTITY.HEALTH;
}

/** The local node, remote nodes as a whole, and remote nodes that are told apart. */
export function isHost(identity: number): boolean {
  return (
    identity === IDENTITY.HOST || identity === IDENTITY.REMOTE_NODE || identity >= IDENTITY.CIDR_FLAG * 2
  );
}

/** What a subject's entries depend on, beside peers. */
export interface SubjectInput {
  readonly identity: number;
  readonly known: boolean;
  readonly mode: EnforcementMode;
  readonly specs: readonly CompiledSpec[];
  readonly allowLocalHost: boolean;
  readonly ownPorts: NamedPorts;
  readonly namedPorts: ReadonlyMap<number, NamedPorts>;
  readonly index: SelectorIndex;
}

/** Step 4 of the order of POLICY: what happens where nothing decides and nothing isolates. */
function fallback({ identity, known, mode }: SubjectInput, isolated: boolean): Fallback['provenance'] | null {
  if (mode === 'never') return { type: 'default', reason: 'mode-never', isolating: [] };
  const open = mode === 'default' && known && isWorkload(identity) && identity !== IDENTITY.INIT;
  return (open || isHost(identity)) && !isolated
    ? { type: 'default', reason: 'default-allow', isolating: [] }
    : null;
}

/** One class as it is now, both directions, once it is built; follows its peers and is made anew where anything else changes. */
export class SubjectState implements PeerUser {
  readonly #rows = {} as Record<Direction, Rows>;
  readonly #defaults = {} as Record<Direction, Provenance>;
  readonly #dirty = new Set<number>();
  readonly #identity: number;
  readonly #told: () => void;
  #resolved: ResolvedClass | null = null;
  /** Names of ports that its ingress rules mention. */
  readonly portNames: readonly string[];
  /** Whether its egress rules mention ports by name, so that it reads those of its peers. */
  readonly readsPeerPorts: boolean;

  /** `told` is called when a peer joins or leaves; what changed is worked out when somebody asks. */
  constructor(input: SubjectInput, told: () => void) {
    const { mode, identity, index, namedPorts, ownPorts } = input;
    this.#identity = identity;
    this.#told = told;
    const specs = mode === 'never' ? [] : [...input.specs].sort(inOrder);
    this.portNames = ingressNames(specs);
    for (const direction of DIRECTIONS) {
      const isolating = isolatingOf(input.specs, direction);
      const denied: Provenance = { type: 'default', reason: 'default-deny', isolating };
      const open = fallback(input, isolating.length > 0);
      // Isolation is final in the normal tier: what comes after it never has a say.
      const heard = isolating.length > 0 ? specs.filter((s) => s.policy.tier !== 'baseline') : specs;
      const rules = placeRules(heard, direction, ownPorts);
      this.#defaults[direction] = denied;
      const localHost =
        input.allowLocalHost && direction === 'ingress' && mode !== 'never' && !isHost(identity);
      const otherwise = { deny: !open, provenance: open ?? denied };
      this.#rows[direction] = new Rows({
        direction,
        rules,
        fallback: otherwise,
        localHost,
        index,
        namedPorts,
      });
    }
    this.readsPeerPorts = specs.some((s) =>
      s.rules.some((r) => r.rule.direction === 'egress' && r.names.length > 0),
    );
  }

  /** Makes all entries; those that are as in `old` are the same objects. Yields where a pause is allowed; until the end only `changed` may be called. */
  *build(old: SubjectState | null): Generator<void, void> {
    for (const direction of DIRECTIONS)
      yield* this.#rows[direction].build(this, old ? old.#rows[direction] : null);
    this.#resolved = yield* this.#collect();
  }

  changed(identity: number): void {
    this.#dirty.add(identity);
    this.#told();
  }

  /** Rows that changed since they were last asked for. */
  update(): RowChange[] {
    const changes: RowChange[] = [];
    for (const identity of this.#dirty)
      for (const direction of DIRECTIONS) {
        const change = this.#rows[direction].touch(identity);
        if (change) changes.push(change);
      }
    this.#dirty.clear();
    if (changes.length > 0) this.#resolved = null;
    return changes;
  }

  /** All entries as they were last told, by `resolved` or `update`: what has changed since is not in them. */
  told(): ResolvedClass {
    return (this.#resolved ??= atOnce(this.#collect()));
  }

  /** All entries. Entries of rows that did not change are the same objects as before. */
  resolved(): ResolvedClass {
    this.update();
    return this.told();
  }

  *#collect(): Generator<void, ResolvedClass> {
    const entries: PolicyMapEntry[] = [];
    for (const direction of DIRECTIONS) yield* this.#rows[direction].appendTo(entries);
    return { identity: this.#identity, entries, defaults: this.#defaults };
  }

  /** Gives back the peers that it followed. */
  release(): void {
    for (const direction of DIRECTIONS) this.#rows[direction].release(this);
  }
}
