import { type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
/** Nobody listens there: what passes is refused by the workload itself. */
const CLOSED = 9090;

describe('SIGKILL of an agent under load', () => {
  let lab: Lab;
  let web: Workload;
  let near: Workload;
  let far: Workload;
  let stranger: Workload;
  beforeAll(async () => {
    lab = await startLab('agent');
    const [one, two] = [lab.node(1), lab.node(2)];
    [web, near, far, stranger] = await Promise.all([
      one.addWorkload({ name: 'web' }),
      one.addWorkload({ name: 'near', labels: { app: 'orders' }, ports: [PORT] }),
      two.addWorkload({ name: 'far', labels: { app: 'orders' }, ports: [PORT] }),
      one.addWorkload({ name: 'stranger', scope: 'elsewhere' }),
    ]);
    await apply(lab, allow('web', 'orders', PORT));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  const start = async (mode: 'requests' | 'bulk', server: Workload, family: 4 | 6, rate: number) => {
    const { load } = await web.ask('load', {
      mode,
      rate,
      host: server.address(family),
      port: PORT,
      limitMs: 90_000,
    });
    return load;
  };
  const answered = async (load: number) => (await web.ask('stats', { load })).answered;
  /** Each load gets `count` more answers. */
  const goesOn = async (loads: readonly number[], count: number) => {
    for (const load of loads) {
      const before = await answered(load);
      await until('answers', async () => (await answered(load)) >= before + count, 20_000);
    }
  };

  it(
    'loses nothing, keeps the policy while dead, and is taken over without opening or closing anything',
    async () => {
      const targets = [near, far].flatMap((to) =>
        ([4, 6] as const).map((f) => ({ host: to.address(f), port: PORT })),
      );
      const { flood } = await stranger.ask('flood', { targets, limitMs: 90_000 });
      const requests = [await start('requests', near, 4, 500), await start('requests', far, 6, 500)];
      const bulk = [await start('bulk', near, 6, 20), await start('bulk', far, 4, 20)];
      await goesOn(requests, 500);
      await goesOn(bulk, 500);

      const [node] = lab.nodes;
      await node?.agent.kill('SIGKILL');
      await goesOn(requests, 1_000);
      await goesOn(bulk, 1_000);
      expect(await web.probe(far, PORT)).toMatchObject({ ok: true });
      expect(await web.probe(far, PORT + 1)).toMatchObject({ ok: false, error: 'timeout' });
      expect(await stranger.probe(far, PORT, 6)).toMatchObject({ ok: false, error: 'timeout' });

      node?.agent.start();
      await node?.ready();
      await goesOn(requests, 1_000);
      await goesOn(bulk, 1_000);
      for (const load of [...requests, ...bulk]) {
        const stats = await web.ask('stop', { load });
        expect(stats.errors).toEqual([]);
        expect(stats.lost).toBe(0);
      }
      const { answered: opened, attempts } = await stranger.ask('endFlood', { flood });
      expect(attempts).toBeGreaterThan(1_000);
      expect(opened).toBe(0);
    },
    SLOW_MS,
  );

  it(
    'the restarted agent makes new endpoints and new policy',
    async () => {
      await using late = await lab.node(1).addWorkload({ name: 'late' });
      expect(await late.probe(far, PORT)).toMatchObject({ ok: false, error: 'timeout' });
      await apply(lab, allow('late', 'orders', PORT));
      expect(await late.probe(far, PORT)).toMatchObject({ ok: true });
      expect(await late.probe(near, PORT, 6)).toMatchObject({ ok: true });
    },
    SLOW_MS,
  );

  it(
    'a stopped agent loses nothing, is named silent once its lease is over, and makes up for what it missed',
    async () => {
      const [node] = lab.nodes;
      const refused = async () => (await web.probe(near, CLOSED)).error;
      const loads = [await start('requests', near, 4, 200), await start('requests', far, 6, 200)];
      await goesOn(loads, 200);
      process.kill(node?.agent.pid as number, 'SIGSTOP');
      try {
        const text = allow('web', 'orders', CLOSED);
        const request = { text, file: 'late.yaml', waitRealized: true, timeoutSeconds: 60 };
        const { realization } = await lab.api().policies.apply(request, { timeoutMs: 70_000 });
        expect(realization).toMatchObject({ realized: true, silentNodes: [node?.name] });
        // Nobody there has told its kernel: the last policy holds.
        expect(await refused()).toBe('timeout');
        await goesOn(loads, 200);
      } finally {
        process.kill(node?.agent.pid as number, 'SIGCONT');
      }
      await until('it has made up for it', async () => (await refused()) === 'ECONNREFUSED', 30_000);
      await goesOn(loads, 200);
      for (const load of loads)
        expect(await web.ask('stop', { load })).toMatchObject({ errors: [], lost: 0 });
    },
    SLOW_MS,
  );
});
