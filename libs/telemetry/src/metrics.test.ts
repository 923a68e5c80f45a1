import { countedElsewhere, readGauge, Registry, type Sample } from './index.js';

describe('numbers that are kept elsewhere', () => {
  it('are read at each scrape, and what is gone there is gone here', async () => {
    const registry = new Registry();
    let rows: Sample[] = [{ labels: { reason: 'policy "a"\n' }, value: 2n ** 40n }];
    countedElsewhere(registry, { name: 'c_total', help: 'C.', labels: ['reason'] }, () => rows);
    readGauge(registry, { name: 'g', help: 'G.' }, () => [{ value: rows.length }]);
    const text = await registry.metrics();
    expect(text).toContain('# TYPE c_total counter');
    expect(text).toContain('c_total{reason="policy \\"a\\"\\n"} 1099511627776');
    expect(text).toContain('g 1');
    rows = [];
    const later = await registry.metrics();
    expect(later).not.toContain('c_total{');
    expect(later).toContain('g 0');
  });
});
