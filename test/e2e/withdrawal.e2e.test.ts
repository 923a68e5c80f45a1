import { type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab, withdrawAll } from './support.js';

const PORT = 8080;

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
});
