import { canonicalPrefix, type IpcacheEntry } from '@sluice/datapath';

/** Who says what an address is, the lowest first: a higher one is believed. */
export const RANKS = ['cidr', 'api-server', 'pool', 'allocation', 'node', 'endpoint', 'local'] as const;
export type Rank = (typeof RANKS)[number];

interface Claim {
  readonly rank: number;
  readonly source: string;
  readonly entry: IpcacheEntry;
}

/** What each source says of addresses, and who of those that speak of one is believed. */
export class Claims {
  private readonly bySource = new Map<string, readonly string[]>();
  private readonly byPrefix = new Map<string, readonly Claim[]>();
  /** Prefixes that somebody says something else of than before. */
  readonly touched = new Set<string>();

  /** All that a source says from now on. Throws BAD_ADDRESS, and takes nothing, where one is no address or prefix. */
  set(
    rank: Rank,
    source: string,
    entries: readonly (readonly [address: string, entry: IpcacheEntry])[],
  ): void {
    const claims = entries.map(([address, entry]) => [canonicalPrefix(address), entry] as const);
    this.withdraw(rank, source);
    const key = `${rank} ${source}`;
    if (claims.length === 0) return;
    this.bySource.set(key, claims.map(([prefix]) => prefix)); // prettier-ignore
    for (const [prefix, entry] of claims) {
      const others = (this.byPrefix.get(prefix) ?? []).filter((claim) => claim.source !== key);
      this.byPrefix.set(prefix, [...others, { rank: RANKS.indexOf(rank), source: key, entry }].sort(inOrder));
      this.touched.add(prefix);
    }
  }

  /** Forgets a source. */
  withdraw(rank: Rank, source: string): void {
    const key = `${rank} ${source}`;
    for (const prefix of this.bySource.get(key) ?? []) {
      const others = (this.byPrefix.get(prefix) ?? []).filter((claim) => claim.source !== key);
      if (others.length > 0) this.byPrefix.set(prefix, others);
      else this.byPrefix.delete(prefix);
      this.touched.add(prefix);
    }
    this.bySource.delete(key);
  }

  /** What holds for a prefix; null where nobody speaks of it. */
  get(prefix: string): IpcacheEntry | null {
    return this.byPrefix.get(prefix)?.at(-1)?.entry ?? null;
  }

  /** Every prefix that somebody speaks of. */
  prefixes(): Iterable<string> {
    return this.byPrefix.keys();
  }
}

/** Of equal rank the greater name is believed: which one does not matter, but that it does not depend on who came first. */
const inOrder = (a: Claim, b: Claim): number => a.rank - b.rank || (a.source < b.source ? -1 : 1);
