import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { capacity, PoolError, subnet } from './subnets.js';

describe('prefixes of a pool', () => {
  it('count as the pool says', () => {
    expect(subnet('198.18.64.0/18', 24, 0n)).toBe('198.18.64.0/24');
    expect(subnet('198.18.64.0/18', 24, 63n)).toBe('198.18.127.0/24');
    expect(subnet('fd00:198:1::/48', 64, 2n)).toBe('fd00:198:1:2::/64');
    expect(capacity('198.18.64.0/18', 24)).toBe(64n);
  });
  it('end where the pool ends', () => {
    expect(() => subnet('198.18.64.0/18', 24, 64n)).toThrow(PoolError);
    expect(() => capacity('198.18.64.0/24', 18)).toThrow('/24 to /32');
    expect(() => capacity('shop', 24)).toThrow("'shop' is no prefix");
  });
  it('lie within the pool and differ', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 63n), fc.bigInt(0n, 63n), (i, j) => {
        const [a, b] = [subnet('198.18.64.0/18', 24, i), subnet('198.18.64.0/18', 24, j)];
        expect(a === b).toBe(i === j);
        expect(ipaddr.IPv4.parse(a.split('/')[0]!).match(ipaddr.IPv4.parseCIDR('198.18.64.0/18'))).toBe(true);
      }),
    );
  });
});
