import { type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;

/** What the CLI says, both streams together. */
const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}\n${stderr}`;

describe('store and control planes dead', () => {
  let lab: Lab;
  let web: Workload;
  let orders: Workload;
  let load: number;
  beforeAll(async () => {
    lab = await startLab('outage');
    [web, orders] = await Promise.all([
      lab.node(1).addWorkload({ name: 'web' }),
      lab.node(2).addWorkload({ name: 'orders', ports: [PORT, PORT + 1] }),
    ]);
    await apply(lab, allow('web', 'orders', PORT));
    const target = { host: orders.address(4), port: PORT };
    ({ load } = await web.ask('load', { mode: 'requests', rate: 200, limitMs: 110_000, ...target }));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  const asBefore = async () => {
    const { answered } = await web.ask('stats', { load });
    await until('answers', async () => (await web.ask('stats', { load })).answered >= answered + 200, 20_000);
    for (const family of [4, 6] as const) {
      expect(await web.probe(orders, PORT, family)).toMatchObject({ ok: true });
      expect(await web.probe(orders, PORT + 1, family)).toMatchObject({ ok: false, error: 'timeout' });
    }
  };

  it(
    'etcd dead: traffic as before, the CLI names the store',
    async () => {
      await lab.etcd.kill('SIGKILL');
      await asBefore();
      const wrong = await until(
        'the CLI says it',
        async () => {
          const answer = await lab.cli(['--request-timeout', '3s', 'status']);
          return answer.code !== 0 && answer;
        },
        20_000,
        200,
      );
      expect(said(wrong)).toMatch(/etcd|store/i);
    },
    SLOW_MS,
  );

  it(
    'both control planes dead too: traffic as before, the CLI names every replica',
    async () => {
      await Promise.all(lab.replicas.map((replica) => replica.kill('SIGKILL')));
      await asBefore();
      const wrong = await lab.cli(['status']);
      expect(wrong.code).toBe(6);
      expect(said(wrong)).toContain('198.18.0.11:9443');
      expect(said(wrong)).toContain('198.18.0.12:9443');
    },
    SLOW_MS,
  );

  it(
    'converges when they are back, and not one request was lost',
    async () => {
      lab.etcd.start();
      await lab.etcdListens();
      for (const replica of lab.replicas) replica.start();
      await Promise.all([lab.replicaReady(0), lab.replicaReady(1)]);
      await asBefore();
      await apply(lab, allow('web', 'orders', PORT + 1));
      expect(await web.probe(orders, PORT + 1)).toMatchObject({ ok: true });
      await until('the CLI is content', async () => (await lab.cli(['status'])).code === 0, 20_000, 200);
      const stats = await web.ask('stop', { load });
      expect(stats).toMatchObject({ lost: 0, errors: [] });
    },
    SLOW_MS,
  );
});
