import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, type Lab, type LabNode, programs, until, type Workload } from '@sluice/lab';
import { buildNextLayout } from './next-layout.js';
import { allow, apply, document, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
const udp = { toPorts: [{ ports: [{ port: String(PORT), protocol: 'UDP' }] }] };
const app = (name: string) => ({ matchLabels: { app: name } });

describe('an agent of another layout takes over under load', () => {
  let lab: Lab;
  let web: Workload;
  let near: Workload;
  let far: Workload;
  let stranger: Workload;
  let next: Daemon;
  let node: LabNode;

  beforeAll(async () => {
    lab = await startLab('upgrade');
    [node] = lab.nodes as [LabNode];
    const [one, two] = [lab.node(1), lab.node(2)];
    [web, near, far, stranger] = await Promise.all([
      one.addWorkload({ name: 'web' }),
      one.addWorkload({ name: 'near', labels: { app: 'orders' }, ports: [PORT] }),
      two.addWorkload({ name: 'far', labels: { app: 'orders' }, ports: [PORT] }),
      one.addWorkload({ name: 'stranger', scope: 'elsewhere' }),
    ]);
    await apply(
      lab,
      allow('web', 'orders', PORT),
      document('web-udp', {
        endpointSelector: app('web'),
        egress: [{ toEndpoints: [app('orders')], ...udp }],
      }),
      document('orders-udp', {
        endpointSelector: app('orders'),
        ingress: [{ fromEndpoints: [app('web')], ...udp }],
      }),
    );
    const program = buildNextLayout(join(lab.paths.dir, 'next'));
    const { options } = node.agent;
    next = new Daemon({
      ...options,
      command: options.command.map((word) => (word === programs().agent ? program : word)),
    });
  }, SLOW_MS);
  afterAll(async () => {
    await next?.kill();
    await stopLab(lab);
  }, SLOW_MS);

  const layouts = () =>
    readdirSync(join(node.bpffs, 'sluice')).flatMap((instance) =>
      readdirSync(join(node.bpffs, 'sluice', instance)),
    );
  /** That many more answers. */
  const goesOn = async (load: number, count: number) => {
    const { answered: before } = await web.ask('stats', { load });
    await until('answers', async () => (await web.ask('stats', { load })).answered >= before + count, 20_000);
  };
  const isReady = (daemon: Daemon) =>
    until(
      'the agent is ready',
      async () => {
        daemon.check();
        return (await node.state()).ready;
      },
      30_000,
      50,
    );

  it.each(['v3', 'v2'])(
    'to %s: no packet of 1,000 new connections a second, of bulk and of UDP is lost, and nothing opens',
    async (layout) => {
      const [old, young] = layout === 'v3' ? [node.agent, next] : [next, node.agent];
      const start = async (
        mode: 'connections' | 'datagrams' | 'pushed' | 'bulk',
        to: Workload,
        family: 4 | 6,
        rate: number,
      ) => {
        const target = { host: to.address(family), port: PORT };
        return (await web.ask('load', { mode, rate, limitMs: 90_000, ...target })).load;
      };
      const targets = [near, far].flatMap((to) =>
        ([4, 6] as const).map((family) => ({ host: to.address(family), port: PORT })),
      );
      const { flood } = await stranger.ask('flood', { targets, limitMs: 90_000 });
      const loads = await Promise.all([
        start('connections', near, 4, 500),
        start('connections', far, 6, 500),
        start('datagrams', near, 6, 200),
        start('datagrams', far, 4, 200),
        // Only what is remembered lets these pass: the server sends, and its policy lets it begin nothing.
        start('pushed', near, 4, 200),
        start('pushed', far, 6, 200),
        start('bulk', near, 6, 20),
        start('bulk', far, 4, 20),
      ]);
      for (const load of loads) await goesOn(load, 300);
      await old.kill('SIGKILL');
      young.start();
      await isReady(young);
      for (const load of loads) await goesOn(load, 300);
      expect(layouts()).toEqual([layout]);
      const stats = await Promise.all(loads.map((load) => web.ask('stop', { load })));
      expect(stats.map(({ lost, errors }) => ({ lost, errors }))).toEqual(
        loads.map(() => ({ lost: 0, errors: [] })),
      );
      const { answered, attempts } = await stranger.ask('endFlood', { flood });
      expect(attempts).toBeGreaterThan(1_000);
      expect(answered).toBe(0);
    },
    SLOW_MS,
  );

  it(
    'is the agent that it was: it makes endpoints and follows the policy',
    async () => {
      await using late = await node.addWorkload({ name: 'late' });
      expect(await late.probe(far, PORT)).toMatchObject({ ok: false, error: 'timeout' });
      await apply(lab, allow('late', 'orders', PORT));
      expect(await late.probe(far, PORT)).toMatchObject({ ok: true });
    },
    SLOW_MS,
  );
});
