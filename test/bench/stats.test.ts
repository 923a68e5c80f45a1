import { median, medianInterval, met, percentile } from './stats.js';

describe('statistics of the benches', () => {
  it('takes the median of odd and even counts', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
  it('takes nearest-rank percentiles', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
  });
  it('knows the order statistics of nine rounds: the second and the eighth', () => {
    expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([2, 8]);
  });
  it('decides only where the interval lies on one side of the goal', () => {
    const values = [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98];
    expect(met(values, '>=', 0.9)).toBe(true);
    expect(met(values, '>=', 0.99)).toBe(false);
    expect(met(values, '>=', 0.94)).toBeNull();
    expect(met(values, '<=', 0.98)).toBe(true);
    expect(met(values, '<=', 0.9)).toBe(false);
  });
});
