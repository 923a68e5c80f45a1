import { formatAddress, parseCidr, type Cidr } from './cidr.js';

/** A pool that cannot be divided as it says. */
export class PoolError extends Error {
  override readonly name = 'PoolError';
}

/** How many prefixes of `length` bits a pool holds. Throws PoolError where the length does not fit the pool. */
export function capacity(pool: string, length: number): bigint {
  const { bits, width } = parse(pool);
  if (!Number.isInteger(length) || length < bits || length > width) {
    throw new PoolError(
      `node prefixes of /${length} do not fit the pool ${pool}: allowed is /${bits} to /${width}`,
    );
  }
  return 1n << BigInt(length - bits);
}

/** The prefix number `index` of `length` bits in a pool, e.g. (198.18.64.0/18, 24, 1n) is 198.18.65.0/24. */
export function subnet(pool: string, length: number, index: bigint): string {
  const { base, family, width } = parse(pool);
  if (index < 0n || index >= capacity(pool, length))
    throw new PoolError(`the pool ${pool} has no /${length} number ${index}`);
  const value = base + (index << BigInt(width - length));
  return `${formatAddress(family, value)}/${length}`;
}

function parse(pool: string): Cidr {
  try {
    if (pool.includes('/')) return parseCidr(pool);
  } catch {
    // Said below, as any other text that is no prefix.
  }
  throw new PoolError(`'${pool}' is no prefix: a pool is like 198.18.64.0/18 or fd00:198:1::/48`);
}
