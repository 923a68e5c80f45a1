import { type Batch, keys } from '@sluice/store';
import { Registry } from '@sluice/telemetry';
import { Pace } from './pace.js';

const NOW = Date.parse('2026-01-01T00:00:10Z');
const batch = (time: string, full = false): Batch =>
  ({
    revision: 7,
    full,
    changes: [
      { key: `${keys.policies()}Policy/shop/a`, entry: { value: { time } }, previous: null },
      { key: keys.settings(), entry: { value: {} }, previous: null },
      { key: `${keys.policies()}Policy/shop/gone`, entry: null, previous: null },
    ],
  }) as unknown as Batch;

async function text(pace: Pace): Promise<string> {
  const registry = new Registry();
  pace.register(registry);
  return registry.metrics();
}

describe('the pace of an agent', () => {
  it('is told from the apply to the pass after which it is in the kernel', async () => {
    const pace = new Pace();
    pace.took(batch('2026-01-01T00:00:09.985Z'), NOW);
    pace.passed(2, false, NOW);
    expect(await text(pace)).toMatch(/sluice_realized_seconds_count 0\n[^]*sluice_pass_failures_total 1\n/);
    pace.passed(4, true, NOW + 5);
    const after = await text(pace);
    expect(after).toContain('sluice_realized_seconds_bucket{le="0.02"} 1');
    expect(after).toContain('sluice_realized_seconds_bucket{le="0.01"} 0');
    expect(after).toContain('sluice_pass_seconds_count 2');
    pace.passed(1, true, NOW + 9);
    expect(await text(pace)).toContain('sluice_realized_seconds_count 1');
  });

  it('counts nothing of a complete list, nor of what was applied long ago; a clock ahead counts as at once', async () => {
    const pace = new Pace();
    pace.took(batch('2026-01-01T00:00:09Z', true), NOW);
    pace.took(batch('2025-01-01T00:00:09Z'), NOW);
    pace.passed(1, true, NOW);
    expect(await text(pace)).toContain('sluice_realized_seconds_count 0');
    pace.took(batch('2026-01-01T00:00:11Z'), NOW);
    pace.passed(1, true, NOW);
    expect(await text(pace)).toContain('sluice_realized_seconds_bucket{le="0.002"} 1');
  });
});
