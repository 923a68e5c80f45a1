import { type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
const CONFIRM_SECONDS = 12;

describe('a change that nobody confirms', () => {
  let lab: Lab;
  let web: Workload;
  let orders: Workload;
  beforeAll(async () => {
    lab = await startLab('confirm');
    [web, orders] = await Promise.all([
      lab.node(1).addWorkload({ name: 'web' }),
      lab.node(2).addWorkload({ name: 'orders', ports: [PORT, PORT + 1] }),
    ]);
    await apply(lab, allow('web', 'orders', PORT));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it(
    'is taken back in every kernel, although the replica that took it is dead',
    async () => {
      const text = allow('web', 'orders', PORT + 1);
      const applied = await lab.api(0).policies.apply({
        text,
        confirmSeconds: CONFIRM_SECONDS,
        waitRealized: true,
      });
      expect(await web.probe(orders, PORT + 1)).toMatchObject({ ok: true });
      await lab.replicas[0]?.kill('SIGKILL');
      expect(Date.now()).toBeLessThan(Date.parse(applied.confirmUntil));
      await until(
        'the kernels refuse it again',
        async () => !(await web.probe(orders, PORT + 1)).ok,
        CONFIRM_SECONDS * 1_000 + 20_000,
        100,
      );
      expect(Date.now()).toBeGreaterThan(Date.parse(applied.confirmUntil));
      expect(await web.probe(orders, PORT)).toMatchObject({ ok: true });
      const late = await lab.cli(['confirm', applied.change]);
      expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('taken back')]);
    },
    SLOW_MS,
  );
});
