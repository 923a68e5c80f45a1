import type { LocalEndpoint } from '../endpoints/manager.js';

/** What is new among the local endpoints. */
export interface Moves {
  /** Those that are new or have another identity. */
  readonly changed: readonly LocalEndpoint[];
  readonly gone: readonly LocalEndpoint[];
  /** Identities that have other workloads here than before. */
  readonly subjects: ReadonlySet<number>;
}

/** The local endpoints, by the identity that each had last. */
export class Locals {
  private readonly known = new Map<LocalEndpoint, number | null>();
  private readonly bySubject = new Map<number, Set<LocalEndpoint>>();

  /** Takes all local endpoints, gives each its identity by `assign`, and tells what is new. */
  update(locals: readonly LocalEndpoint[], assign: (local: LocalEndpoint) => void): Moves {
    const changed: LocalEndpoint[] = [];
    const subjects = new Set<number>();
    const move = (local: LocalEndpoint, from: number | null, to: number | null): void => {
      for (const subject of [from, to]) if (subject !== null) subjects.add(subject);
      this.move(local, from, to);
    };
    for (const local of locals) {
      const before = this.known.get(local);
      assign(local);
      if (before === local.identity) continue;
      this.known.set(local, local.identity);
      move(local, before ?? null, local.identity);
      changed.push(local);
    }
    const gone = this.known.size > locals.length ? this.goneFrom(new Set(locals)) : [];
    for (const local of gone) {
      move(local, this.known.get(local) ?? null, null);
      this.known.delete(local);
    }
    return { changed, gone, subjects };
  }

  /** Endpoints that have an identity. */
  of(identity: number): readonly LocalEndpoint[] {
    return [...(this.bySubject.get(identity) ?? [])];
  }

  private goneFrom(present: ReadonlySet<LocalEndpoint>): LocalEndpoint[] {
    return [...this.known.keys()].filter((local) => !present.has(local));
  }

  private move(local: LocalEndpoint, from: number | null, to: number | null): void {
    const set = from === null ? undefined : this.bySubject.get(from);
    if (set?.delete(local) && set.size === 0) this.bySubject.delete(from!);
    if (to === null) return;
    const next = this.bySubject.get(to);
    if (next) next.add(local);
    else this.bySubject.set(to, new Set([local]));
  }
}
