import type { Datapath } from '@sluice/datapath';
import { selectedRows } from './dumps.js';

const entry = (identity: number) => ({ identity, direction: 'egress', deny: false });
const fake = {
  policy: { entries: (n: number) => (n === 7 ? [entry(1), entry(2)] : []) },
  ipcache: {
    entries: () => [
      ['198.18.0.0/15', { identity: 1 }],
      ['198.18.0.7/32', { identity: 2 }],
      ['198.19.0.0/16', { identity: 3 }],
      ['fd00:198::/32', { identity: 4 }],
    ],
  },
} as unknown as Pick<Datapath, 'policy' | 'ipcache'>;

describe('filters of a dump by meaning', () => {
  it('give the entries of one class', () => {
    expect(selectedRows(fake, 'policy', 'class=7')).toEqual([
      { policyClass: 7, ...entry(1) },
      { policyClass: 7, ...entry(2) },
    ]);
    expect(selectedRows(fake, 'policy', 'class=8')).toEqual([]);
  });

  it('give the prefixes around an address', () => {
    const prefixes = (filter: string) => selectedRows(fake, 'ipcache', filter)?.map((row) => row['prefix']);
    expect(prefixes('covers=198.18.0.7')).toEqual(['198.18.0.0/15', '198.18.0.7/32']);
    expect(prefixes('covers=fd00:198::1')).toEqual(['fd00:198::/32']);
    expect(prefixes('covers=203.0.113.1')).toEqual([]);
    expect(() => prefixes('covers=1.2.3')).toThrow('"1.2.3" is no address');
  });

  it('are nothing else', () => {
    for (const [map, filter] of [['policy', 'covers=198.18.0.7'], ['ipcache', 'class=7'], ['ct', 'class=7'], ['policy', '"identity":1'], ['ipcache', '']] as const)
      expect(selectedRows(fake, map, filter)).toBeNull();
  }); // prettier-ignore
});
