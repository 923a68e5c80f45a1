import { realizationOf } from './realization.js';

const at = (generation: number, revision: number) => ({ generation, revision });
const node = (
  name: string,
  realized: ReturnType<typeof at> | null,
  alive = true,
  errors: readonly string[] = [],
) => ({ name, realized, alive, errors });

describe('realizationOf', () => {
  it('waits for living nodes only, and names the silent ones', () => {
    const nodes = [
      node('c', at(1, 9), true, ['the map is full']),
      node('a', at(1, 10)),
      node('b', at(1, 11)),
      node('d', at(1, 3), false),
    ];
    expect(realizationOf(nodes, at(1, 10))).toEqual({
      realized: false,
      realizedNodes: ['a', 'b'],
      pendingNodes: ['c'],
      silentNodes: ['d'],
      pending: [{ name: 'c', realized: at(1, 9), errors: ['the map is full'] }],
    });
  });
  it('does not take a revision of another generation', () => {
    expect(realizationOf([node('a', at(1, 99))], at(2, 10)).pendingNodes).toEqual(['a']);
  });
  it('is not there while a node has said nothing', () => {
    expect(realizationOf([node('a', null)], at(1, 1))).toMatchObject({
      realized: false,
      pendingNodes: ['a'],
      pending: [{ name: 'a', realized: null, errors: [] }],
    });
  });
  it('holds where no node is', () => expect(realizationOf([], at(1, 1)).realized).toBe(true));
});
