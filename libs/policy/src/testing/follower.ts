import { diff, diffRows, entryKey } from '../engine/diff.js';
import { provenanceKey } from '../engine/provenance.js';
import type { Resolver, Variant } from '../engine/resolver.js';
import type { MapDelta, PolicyMapEntry, ResolvedClass } from '../types.js';

/** How a class got from one form to the next: in place, row by row or as a whole, or by a swap of its map. */
export type Way = 'rows' | 'whole' | 'swap';

/** What happened to one class in one step. */
export interface Moved {
  readonly before: ResolvedClass;
  readonly after: ResolvedClass;
  readonly delta: MapDelta;
  readonly way: Way;
}

function same(a: PolicyMapEntry, b: PolicyMapEntry): boolean {
  if (a === b) return true;
  return (
    entryKey(a) === entryKey(b) &&
    a.deny === b.deny &&
    a.precedence === b.precedence &&
    (a.provenance === b.provenance || provenanceKey(a.provenance) === provenanceKey(b.provenance))
  );
}

/** What is unlike in two forms of a class; null where nothing is. The order of entries counts. */
export function unlike(a: ResolvedClass, b: ResolvedClass): string | null {
  if (a.entries.length !== b.entries.length) return `${a.entries.length} entries, not ${b.entries.length}`;
  const at = a.entries.findIndex((e, i) => !same(e, b.entries[i]!));
  if (at >= 0) return `${JSON.stringify(a.entries[at])}, not ${JSON.stringify(b.entries[at])}`;
  for (const d of ['egress', 'ingress'] as const)
    if (provenanceKey(a.defaults[d]) !== provenanceKey(b.defaults[d])) return `the default of ${d}`;
  return null;
}

/** One class that is kept in step with a resolver by what changed alone, as an agent keeps a map of the kernel. */
export class Follower {
  readonly #held: Map<string, PolicyMapEntry>;
  #form: ResolvedClass;

  constructor(
    private readonly resolver: Resolver,
    readonly subject: number,
    readonly variant: Variant = {},
  ) {
    this.#form = resolver.resolve(subject, variant);
    this.#held = new Map(this.#form.entries.map((e) => [entryKey(e), e]));
  }

  get form(): ResolvedClass {
    return this.#form;
  }

  /** Takes what changed. Only for subjects that `affected` names. */
  move(): Moved {
    const before = this.#form;
    const rows = this.resolver.update(this.subject, this.variant);
    const after = this.resolver.resolve(this.subject, this.variant);
    const delta = rows ? diffRows(rows) : diff(before, after);
    for (const { op, entry } of delta.writes)
      if (op === 'put') this.#held.set(entryKey(entry), entry);
      else this.#held.delete(entryKey(entry));
    this.#form = after;
    return { before, after, delta, way: delta.swap ? 'swap' : rows ? 'rows' : 'whole' };
  }

  /** What the writes so far made of the map that is unlike the form; null where nothing is. */
  wrong(): string | null {
    const { entries } = this.#form;
    if (entries.length !== this.#held.size)
      return `${this.#held.size} entries written, not ${entries.length}`;
    const bad = entries.find((e) => {
      const held = this.#held.get(entryKey(e));
      return !held || !same(held, e);
    });
    return bad ? `not written: ${JSON.stringify(bad)}` : null;
  }
}
