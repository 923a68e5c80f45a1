import { Meter } from './meter.js';
import { Table } from './table.js';
import { eventOf, resolver } from './testing.js';

function setUp(rows = 100, news = 100) {
  let named = 0;
  const table = new Table(0, rows);
  const names = () => {
    named++;
    return resolver;
  };
  return { table, meter: new Meter(table, names, news), named: () => named };
}
const counts = (table: Table) => [...table.rows()].map(({ count }) => count);

describe('Meter', () => {
  it('counts events alike in one row and names only the first of a period', () => {
    const { table, meter, named } = setUp();
    const events = Array.from({ length: 1000 }, (_, n) => eventOf({ sport: 30000 + n }));
    meter.add(events, 5);
    meter.add(events, 9);
    expect(named()).toBe(1);
    meter.period(table);
    meter.add(events, 12);
    expect(named()).toBe(2);
    expect([...table.rows()]).toMatchObject([{ count: 3000, first: 5, last: 12 }]);
  });
  it('counts a connection once whichever end speaks', () => {
    const { table, meter } = setUp();
    meter.add([eventOf()], 0);
    for (let n = 0; n < 50; n++)
      meter.add([eventOf({ source: 257, destination: 256, sport: 8080, dport: 40000 + n, flags: 3 })], 1);
    expect(counts(table)).toEqual([51]);
  });
  it('leaves out what no policy decided', () => {
    const { table, meter } = setUp();
    meter.add([eventOf({ type: 2, reason: 26 }), eventOf({ type: 2, reason: 6 })], 0);
    expect(table.size).toBe(0);
    expect(table.overflow).toBe(0);
  });
  it('decodes no more in a period than it may, and counts the rest', () => {
    const { table, meter, named } = setUp(1000, 10);
    const events = Array.from({ length: 50 }, (_, n) => eventOf({ dport: n + 1 }));
    meter.add(events, 0);
    expect([named(), table.size, table.overflow]).toEqual([10, 10, 40]);
    meter.period(table);
    meter.add(events.slice(10), 0);
    expect([table.size, table.overflow]).toEqual([20, 70]);
  });
  it('holds the event loop for no more than 1024 of them at a time', () => {
    const { table, meter, named } = setUp(8192, 4096);
    const events = Array.from({ length: 2000 }, (_, n) => eventOf({ dport: n + 1 }));
    meter.add(events, 0);
    expect([named(), table.overflow]).toEqual([1024, 976]);
    meter.add(events, 0);
    expect([named(), table.overflow]).toEqual([2000, 976]);
  });
  it('keeps room for what is let through while ports are scanned', () => {
    const { table, meter } = setUp(20, 1000);
    const scan = Array.from({ length: 500 }, (_, n) =>
      eventOf({ dport: n + 1, type: 2, reason: 2, cookie: 8 }),
    );
    meter.add(scan, 0);
    meter.add([eventOf()], 0);
    expect([table.size, table.overflow]).toEqual([11, 490]);
    const slow = setUp(1000, 20);
    slow.meter.add([...scan, eventOf()], 0);
    expect([slow.table.size, slow.table.overflow]).toEqual([11, 490]);
  });
});
