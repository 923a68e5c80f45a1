/** Tiers, as in the two highest bits of a precedence. */
export const TIER = Object.freeze({ MODE: 0, BASELINE: 1, NORMAL: 2, ADMIN: 3 });

/** How many positions one priority of one subject has. */
export const POSITIONS = 2 ** 19;

/**
 * 32 bits: tier 2 | 1000 - priority 10 | position 19 | deny 1. In the normal tier priority is 0 and each rule has one position:
 * there every deny beats every allow, whatever their prefixes, and nothing else counts.
 */
export function precedence(tier: number, fromPriority: number, position: number, deny: boolean): number {
  return ((tier << 30) | (fromPriority << 20) | (position << 1) | (deny ? 1 : 0)) >>> 0;
}

export const NORMAL_ALLOW = precedence(TIER.NORMAL, 0, 1, false);
export const NORMAL_DENY = precedence(TIER.NORMAL, 0, 1, true);
/** The implicit allow from the local host: below every rule of its tier. */
export const LOCAL_HOST_ALLOW = precedence(TIER.NORMAL, 0, 0, false);
export const MODE_ALLOW = precedence(TIER.MODE, 0, 0, false);
