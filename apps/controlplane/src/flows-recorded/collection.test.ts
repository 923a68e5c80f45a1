import type { RecordedBatch, RecordedFlow } from '@sluice/api';
import { Collection } from './collection.js';

const row = (node: string, n: number) =>
  ({ node, port: n, last: `2026-11-23T10:00:0${n}.000Z` }) as RecordedFlow;
const batch = (node: string, over: Partial<RecordedBatch> = {}): RecordedBatch => ({
  flows: [],
  since: '',
  truncated: false,
  node,
  failure: '',
  ...over,
});

describe('Collection', () => {
  it('merges nodes newest first, and tells whose ring is the youngest', () => {
    const all = new Collection();
    const take = all.source();
    take(batch('a', { flows: [row('a', 5), row('a', 1)] }));
    take(batch('b', { flows: [row('b', 3)], since: '2026-11-20T00:00:00.000Z' }));
    take(batch('a', { since: '2026-11-22T00:00:00.000Z' }));
    const found = all.result(['a', 'b'], 10);
    expect(found.flows.map(({ port }) => port)).toEqual([5, 3, 1]);
    expect(found).toMatchObject({
      since: '2026-11-22T00:00:00.000Z',
      youngestNode: 'a',
      silentNodes: [],
      truncated: false,
    });
  });
  it('names nodes that failed, broke off, or never spoke, and leaves their rows out', () => {
    const all = new Collection();
    const take = all.source();
    take(batch('a', { flows: [row('a', 1)] }));
    take(batch('b', { flows: [row('b', 2)] }));
    take(batch('b', { failure: 'gone' }));
    expect(all.result(['c', 'b', 'a'], 10)).toMatchObject({
      flows: [],
      since: '',
      silentNodes: ['a', 'b', 'c'],
    });
  });
  it('counts a node once that answers at two replicas', () => {
    const all = new Collection();
    for (const take of [all.source(), all.source()])
      take(batch('a', { flows: [row('a', 1)], since: '2026-11-22T00:00:00.000Z' }));
    expect(all.result(['a'], 10).flows).toHaveLength(1);
  });
  it('holds no more than it may, and says that rows are missing', () => {
    const all = new Collection(3);
    const take = all.source();
    take(batch('a', { flows: [1, 2, 3, 4].map((n) => row('a', n)), since: '2026-11-22T00:00:00.000Z' }));
    expect(all.result(['a'], 10)).toMatchObject({ truncated: true, flows: [{}, {}, {}] });
    const few = new Collection();
    few.source()(batch('a', { flows: [row('a', 1), row('a', 2)], since: '2026-11-22T00:00:00.000Z' }));
    expect(few.result(['a'], 1)).toMatchObject({ truncated: true, flows: [{ port: 2 }] });
    expect(few.result(['a'], 2).truncated).toBe(false);
  });
});
