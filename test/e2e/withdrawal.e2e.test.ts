import { type Lab, until, type Workload } from '@sluice/lab';
import { OneWay } from './one-way.js';
import { allow, apply, document, SLOW_MS, startLab, stopLab, withdrawAll } from './support.js';

const PORT = 8080;
/** Nobody echoes there. */
const STREAMS = 9000;

/** UDP and SCTP from web to orders. */
function others(): string {
  const open = ['UDP', 'SCTP'].flatMap((protocol) =>
    [PORT, STREAMS].map((port) => ({ port: String(port), protocol })),
  );
  const ports = { toPorts: [{ ports: open }] };
  const [web, orders] = ['web', 'orders'].map((app) => ({ matchLabels: { app } }));
  return [
    document('others-out', { endpointSelector: web, egress: [{ toEndpoints: [orders], ...ports }] }),
    document('others-in', { endpointSelector: orders, ingress: [{ fromEndpoints: [web], ...ports }] }),
  ].join('---\n');
}

const LOCAL = [
  ['local', 0, 4],
  ['local', 0, 6],
] as const;
const REMOTE = [
  ['remote', 1, 4],
  ['remote', 1, 6],
] as const;

describe.each([
  ['tunnel', [...LOCAL, ...REMOTE]],
  ['native', REMOTE],
] as const)('a policy withdrawn under an established connection, routing %s', (routing, cases) => {
  let lab: Lab;
  let web: Workload;
  let servers: Workload[];
  beforeAll(async () => {
    lab = await startLab(`withdraw${routing}`, { routing });
    const spec = (name: string) => ({ name, labels: { app: 'orders' }, ports: [PORT] });
    const [one, two] = [lab.node(1), lab.node(2)];
    web = await one.addWorkload({ name: 'web' });
    servers = await Promise.all([one.addWorkload(spec('near')), two.addWorkload(spec('far'))]);
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it.each(cases)(
    'stops in both directions: %s (server %i), IPv%i',
    async (_where, index, family) => {
      const server = servers[index] as Workload;
      await apply(lab, allow('web', 'orders', PORT));
      const target = { host: server.address(family), port: PORT, timeoutMs: 5_000 };
      const forth = (await web.ask('open', target)).connection;
      const back = (await web.ask('open', target)).connection;
      const push = () => server.ask('push', { from: web.address(family) });
      const pushed = async () => (await web.ask('pushed', { connection: back })).bytes;
      expect((await push()).connections).toBe(2);
      await until('the server’s byte arrives', async () => (await pushed()) === 1);

      await withdrawAll(lab);
      expect((await push()).connections).toBe(2);
      expect(await web.ask('echo', { connection: forth, timeoutMs: 1_000 })).toMatchObject({
        ok: false,
        error: 'timeout',
      });
      expect(await pushed()).toBe(1);

      // Both connections still live at their ends: once the policy is back, what was sent arrives.
      await apply(lab, allow('web', 'orders', PORT));
      await until('the server’s second byte arrives', async () => (await pushed()) === 2, 30_000);
      for (const connection of [forth, back]) await web.ask('close', { connection });
      await until('the server has seen the end', async () => (await push()).connections === 0);
      await withdrawAll(lab);
    },
    SLOW_MS,
  );

  it.each(cases)(
    'stops what only flows one way, and starts it again: %s (server %i), IPv%i',
    async (_where, index, family) => {
      const server = servers[index] as Workload;
      await apply(lab, allow('web', 'orders', PORT), others());
      using streams = new DisposableStack();
      const oneWay = (protocol: 'UDP' | 'SCTP', back = false) => {
        const [from, to] = back ? [server, web] : [web, server];
        const ports = back ? ([STREAMS, 40_000] as const) : ([40_000, STREAMS] as const);
        return streams.use(new OneWay(protocol, family, from, to, ports));
      };
      // What comes back passes by the connection alone, so that has to be there first.
      const forth = [oneWay('UDP'), oneWay('SCTP')];
      for (const stream of forth) await stream.start();
      for (const stream of forth) await stream.flows(20);
      const back = oneWay('SCTP', true);
      await back.start();
      const target = { host: server.address(family), port: PORT, limitMs: 90_000 };
      const { load: bulk } = await web.ask('load', { mode: 'bulk', rate: 20, ...target });
      const { load: pushed } = await web.ask('load', { mode: 'pushed', rate: 200, ...target });
      const answers = () =>
        Promise.all([bulk, pushed].map(async (load) => (await web.ask('stats', { load })).answered));
      const run = async () => (await answers()).every((count) => count > 100);
      await until('the download and the server’s datagrams run', run, 20_000);
      for (const stream of [...forth, back]) await stream.flows(50);

      await withdrawAll(lab);
      for (const stream of [...forth, back]) expect(await stream.arriving(100)).toBe(0);
      const stopped = await answers();
      expect(await forth[0]!.arriving(50)).toBe(0);
      expect(await answers()).toEqual(stopped);

      await apply(lab, allow('web', 'orders', PORT), others());
      for (const stream of [...forth, back]) await stream.flows(20);
      for (const load of [bulk, pushed]) await web.ask('stop', { load });
      await withdrawAll(lab);
    },
    SLOW_MS,
  );
});
