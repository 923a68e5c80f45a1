import { join } from 'node:path';
import { type Lab, until, type Workload } from '@sluice/lab';
import { SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;

describe('break glass on one node', () => {
  let lab: Lab;
  let web: Workload;
  let near: Workload;
  beforeAll(async () => {
    lab = await startLab('glass', { nodes: 1 });
    const node = lab.node(1);
    web = await node.addWorkload({ name: 'web' });
    near = await node.addWorkload({ name: 'near', ports: [PORT] });
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  const enforcement = (...args: string[]) =>
    lab.cli(['node', 'enforcement', ...args, '--socket', join(lab.node(1).dir, 'run/agent.sock')]);
  const reaches = async () => (await web.probe(near, PORT)).ok;

  it(
    'opens while all else is dead, and the kernel shuts it while the agent is dead too',
    async () => {
      expect(await reaches()).toBe(false);
      for (const replica of lab.replicas) await replica.kill();
      await lab.etcd.kill();
      expect((await enforcement()).stdout).toBe('policy is enforced on this node\n');
      const opened = await enforcement('never', '--for', '5s', '--reason', 'fire');
      expect([opened.code, opened.stdout]).toEqual([
        0,
        expect.stringContaining('NO POLICY IS ENFORCED on this node until'),
      ]);
      await until('what is forbidden passes', reaches);
      await lab.node(1).agent.kill();
      await until('the kernel has shut it', async () => !(await reaches()), 20_000);
    },
    SLOW_MS,
  );

  it(
    'is ended at once by resume, and refused without an end',
    async () => {
      lab.node(1).agent.start();
      await until('the agent answers', async () => (await enforcement()).code === 0, 20_000);
      expect(await enforcement('never')).toMatchObject({ code: 2 });
      expect((await enforcement('never', '--for', '25h')).code).not.toBe(0);
      expect(await reaches()).toBe(false);
      await enforcement('never', '--for', '10m');
      expect(await reaches()).toBe(true);
      expect((await enforcement('resume')).stdout).toBe('policy is enforced on this node\n');
      expect(await reaches()).toBe(false);
    },
    SLOW_MS,
  );
});
