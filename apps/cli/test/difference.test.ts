import { difference } from '../src/difference.js';

describe('difference', () => {
  it('names what is gone, what is new and what is another', () => {
    const before = { spec: { a: 1, gone: [{ x: 'y' }] }, kept: true };
    const after = { spec: { a: 2, 'k8s:app': null }, kept: true };
    expect(difference(before, after)).toEqual([
      '- $.spec.a: 1',
      '+ $.spec.a: 2',
      '- $.spec.gone[0].x: "y"',
      '+ $.spec["k8s:app"]: null',
    ]);
  });
  it('keeps empty and absent apart', () => {
    expect(difference({ ingress: [] }, {})).not.toEqual([]);
    expect(difference({ ingress: [] }, { ingress: [{}] })).toEqual(['- $.ingress: []', '+ $.ingress[0]: {}']);
  });
  it('is empty for equal documents, whatever the order', () => {
    expect(difference({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  });
});
