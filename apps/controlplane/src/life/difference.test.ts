import { difference } from './difference.js';

const field = (path: string, before: string, after: string) => ({ path, before, after });

describe('difference', () => {
  it('names what is gone, what is new and what is another', () => {
    const before = { spec: { a: 1, gone: [{ x: 'y' }] }, kept: true };
    const after = { spec: { a: 2, 'k8s:app': null }, kept: true };
    expect(difference(before, after)).toEqual([
      field('$.spec.a', '1', '2'),
      field('$.spec.gone[0].x', '"y"', ''),
      field('$.spec["k8s:app"]', '', 'null'),
    ]);
  });
  it('keeps empty and absent apart', () => {
    expect(difference({ ingress: [] }, {})).not.toEqual([]);
    expect(difference({ ingress: [] }, { ingress: [{}] })).toEqual([
      field('$.ingress', '[]', ''),
      field('$.ingress[0]', '', '{}'),
    ]);
  });
  it('is empty for equal documents, whatever the order', () => {
    expect(difference({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  });
  it('is the whole document where there was none', () => {
    expect(difference(undefined, { a: 1 })).toEqual([field('$.a', '', '1')]);
    expect(difference({ a: 1 }, undefined)).toEqual([field('$.a', '1', '')]);
  });
});
