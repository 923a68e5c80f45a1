import fc from 'fast-check';
import { AddressBook, AddressError, QUARANTINE_MS } from './addresses.js';

describe('the addresses of a node', () => {
  it('gives one of each family, never the gateway, and refuses what is taken', () => {
    const book = new AddressBook();
    book.setPrefixes(['198.18.64.0/29', 'fd00:198:0:40::/64']);
    const first = book.acquire([]);
    expect(first).toEqual({
      address4: '198.18.64.2',
      address6: 'fd00:198:0:40::2',
      gateway4: '198.18.64.1',
      gateway6: 'fd00:198:0:40::1',
    });
    expect(() => book.acquire(['198.18.64.2'])).toThrow(/in use/);
    for (const wrong of ['198.18.64.0', '198.18.64.1', '198.18.64.7'])
      expect(() => book.acquire([wrong])).toThrow(/reserved/);
    expect(() => book.acquire(['198.18.65.2'])).toThrow(/not of this node/);
    expect(() => book.acquire(['198.18.64.0/29'])).toThrow(/no IP address/);
  });
  it('lets an address rest, takes the one that was free longest, and ends honestly', () => {
    let now = 0;
    const book = new AddressBook(() => now);
    book.setPrefixes(['198.18.64.0/29']);
    const all = Array.from({ length: 5 }, () => book.acquire([]).address4!);
    expect(new Set(all).size).toBe(5);
    expect(() => book.acquire([])).toThrow(/no IPv4 address is free/);
    book.release([all[3]!]);
    now = 1000;
    book.release([all[1]!]);
    expect(() => book.acquire([])).toThrow(/no IPv4 address is free/);
    expect(() => book.acquire([all[3]!])).toThrow(/in use a moment ago/);
    now = QUARANTINE_MS + 1000;
    expect([book.acquire([]).address4, book.acquire([]).address4]).toEqual([all[3], all[1]]);
  });
  it('does not give what the journal says is taken, and says why there is nothing yet', () => {
    const book = new AddressBook();
    expect(() => book.acquire([])).toThrow(/no address prefixes yet/);
    book.adopt(['198.18.64.2']);
    book.setPrefixes(['198.18.64.0/24']);
    expect(book.acquire([]).address4).toBe('198.18.64.3');
  });

  it('knows one address by any of its spellings', () => {
    const book = new AddressBook();
    book.setPrefixes(['fd00:198:0:40::/64']);
    expect(book.acquire(['FD00:198:0:40:0::9']).address6).toBe('fd00:198:0:40::9');
    expect(() => book.acquire(['fd00:198:0:40::9'])).toThrow(/in use/);
    for (const wrong of ['', '198.18', '1.2.3', 'fe80::1%eth0', '198.18.64.300', 'x'])
      expect(() => book.acquire([wrong])).toThrow(/no IP address/);
  });

  it('come round also where there are more than will ever be used', () => {
    let now = 0;
    const book = new AddressBook(() => now);
    book.setPrefixes(['fd00:198:0:40::/64']);
    const seen = new Set<string>();
    for (let i = 0; i < 3_000; i += 1) {
      now += QUARANTINE_MS;
      const address = book.acquire([]).address6!;
      seen.add(address);
      book.release([address]);
    }
    expect(seen.size).toBe(1_024);
    expect(book.given).toHaveLength(1_024);
  });

  it.each([true, false])(
    'are taken where an older list says that they were given back (told first: %s)',
    (first) => {
      let now = 0;
      const book = new AddressBook(() => now);
      book.setPrefixes(['198.18.64.0/30']);
      if (first) book.restore([{ address: '198.18.64.2', at: 0 }]);
      book.adopt(['198.18.64.2']);
      if (!first) book.restore([{ address: '198.18.64.2', at: 0 }]);
      now = QUARANTINE_MS;
      expect(() => book.acquire([])).toThrow(/no IPv4 address is free/);
      expect(book.given).toEqual([]);
    },
  );

  it('rest all where it is not known which did', () => {
    let now = 0;
    const book = new AddressBook(() => now);
    book.setPrefixes(['198.18.64.0/24']);
    book.restAll();
    expect(() => book.acquire([])).toThrow(/not known which/);
    now = QUARANTINE_MS;
    expect(book.acquire([]).address4).toBe('198.18.64.2');
  });

  it('have one owner at a time, rest between two, and are all to be had', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('take' as const) },
      { weight: 3, arbitrary: fc.nat(20).map((n) => ({ release: n })) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: QUARANTINE_MS }).map((ms) => ({ wait: ms })) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let now = 0;
        const start = () => {
          const made = new AddressBook(() => now);
          made.setPrefixes(['198.18.64.0/29', '198.18.64.8/30']);
          return made;
        };
        let book = start();
        let file = book.given;
        const owned: string[] = [];
        const rested = new Map<string, number>();
        for (const what of steps) {
          if (what === 'take') {
            const free =
              6 - owned.length - [...rested.values()].filter((at) => now - at < QUARANTINE_MS).length;
            try {
              const address = book.acquire([]).address4!;
              expect(owned).not.toContain(address);
              expect(now - (rested.get(address) ?? -QUARANTINE_MS)).toBeGreaterThanOrEqual(QUARANTINE_MS);
              rested.delete(address);
              owned.push(address);
            } catch (error) {
              expect((error as AddressError).code).toBe('exhausted');
              expect(free).toBe(0);
            }
          } else if (what === 'restart') {
            // What was given back is as it was at the last release, and told in any order with what is taken.
            book = start();
            if (now % 2 === 0) book.restore(file);
            book.adopt(owned);
            if (now % 2 === 1) book.restore(file);
          } else if ('wait' in what) now += what.wait;
          else if (owned.length > 0) {
            const [address] = owned.splice(what.release % owned.length, 1);
            book.release([address!]);
            file = book.given;
            rested.set(address!, now);
          }
        }
      }),
    );
  });
});
