/**
 * Taking numbers back, in two steps, so that no agent ever acts on a number that means something else elsewhere: a set that
 * nobody claims is marked; after a grace it is deleted, if the mark still stands and nobody has claimed it since. A deleted
 * number rests until every node has realized its deletion. Pure: what to do is decided here, from one look at the store.
 */

/** An identity as the store has it. */
export interface StoredIdentity {
  readonly number: number;
  /** Of its labels, as in `identity-of/<hash>`. */
  readonly hash: string;
  readonly retiring: boolean;
  /** mod_revision of `identities/<n>`: a step is taken only if it still is. */
  readonly revision: number;
}

export interface CollectionStep {
  readonly step: 'mark' | 'clear' | 'delete';
  readonly identity: StoredIdentity;
}

/**
 * Steps for what one look has found. `claimed` and `used` must have been read linearizably, after the identities: then a
 * claim that is not among them comes later than each mark that is. `rested` tells whether a mark has stood for the grace.
 */
export function collectionSteps(look: {
  readonly identities: Iterable<StoredIdentity>;
  readonly claimed: ReadonlySet<string>;
  /** Numbers that some node's endpoints bear, whatever it claims. */
  readonly used: ReadonlySet<number>;
  readonly rested: (identity: StoredIdentity) => boolean;
}): CollectionStep[] {
  const steps: CollectionStep[] = [];
  for (const identity of look.identities) {
    const wanted = look.claimed.has(identity.hash) || look.used.has(identity.number);
    if (!identity.retiring) {
      if (!wanted) steps.push({ step: 'mark', identity });
    } else if (wanted) steps.push({ step: 'clear', identity });
    else if (look.rested(identity)) steps.push({ step: 'delete', identity });
  }
  return steps;
}

/** What a node says that its kernel has, of which store. */
export interface Realized {
  readonly generation: number;
  readonly revision: number;
}

/**
 * Numbers whose deletion every node has realized: those may be given out again. A node that has never said anything, or
 * speaks of another generation of the store, holds all of them back.
 */
export function releasable(
  deleted: Iterable<{ readonly number: number; readonly revision: number }>,
  nodes: readonly (Realized | null)[],
  generation: number,
): number[] {
  const reached = nodes.map((node) => (node?.generation === generation ? node.revision : 0));
  const least = Math.min(...reached, Infinity);
  return [...deleted].filter(({ revision }) => revision <= least).map(({ number }) => number);
}
