import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ETCD_ADDRESS, type Lab, run, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const KEPT = 8080;
const LATER = 8081;

describe('a store that is restored from a backup', () => {
  let lab: Lab;
  let web: Workload;
  let orders: Workload;
  let since: Workload;
  let load: number;
  const file = () => join(lab.paths.dir, 'backup.db');
  const data = () => join(lab.paths.dir, 'etcd');
  const etcdctl = (...args: string[]) => {
    const pki = join(lab.paths.config, 'pki');
    const tls = [`--cacert=${pki}/ca.crt`, `--cert=${pki}/etcd-root.crt`, `--key=${pki}/etcd-root.key`];
    const command = ['etcdctl', `--endpoints=https://${ETCD_ADDRESS}:2379`, ...tls, ...args];
    return run('nsenter', [`--net=${lab.controlNetns}`, ...command], {
      env: { ...process.env, ETCDCTL_API: '3' },
    });
  };
  const frozen = async () => {
    const states = await Promise.all([lab.node(1).state(), lab.node(2).state()]);
    return states.filter((state) => state.frozen !== null).length;
  };
  const opens = async (port: number) => (await web.probe(orders, port)).ok;

  beforeAll(async () => {
    lab = await startLab('restore');
    [web, orders] = await Promise.all([
      lab.node(1).addWorkload({ name: 'web' }),
      lab.node(2).addWorkload({ name: 'orders', ports: [KEPT, LATER] }),
    ]);
    await apply(lab, allow('web', 'orders', KEPT));
    const target = { host: orders.address(4), port: KEPT };
    ({ load } = await web.ask('load', { mode: 'requests', rate: 200, limitMs: 110_000, ...target }));
    await etcdctl('snapshot', 'save', file());
    await apply(lab, allow('web', 'orders', LATER));
    expect(await opens(LATER)).toBe(true);
    // The backup knows neither it nor its labels.
    since = await lab.node(2).addWorkload({ name: 'since', ports: [KEPT] });
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it(
    'is not followed: traffic stays as the nodes know it, nothing can be changed, and the CLI says what to do',
    async () => {
      await lab.etcd.kill('SIGKILL');
      rmSync(data(), { recursive: true });
      const peer = ['--name=lab', '--initial-cluster=lab=https://127.0.0.1:2380'];
      const own = '--initial-advertise-peer-urls=https://127.0.0.1:2380';
      await etcdctl('snapshot', 'restore', file(), `--data-dir=${data()}`, ...peer, own);
      lab.etcd.start();
      await lab.etcdListens();
      await until('both nodes freeze', async () => (await frozen()) === 2, 40_000, 100);
      expect([await opens(KEPT), await opens(LATER)]).toEqual([true, true]);
      const status = await until(
        'the CLI says it',
        async () => {
          const answer = await lab.cli(['status']);
          return answer.code !== 0 && answer.stdout.includes('frozen') && answer.stdout;
        },
        30_000,
        200,
      );
      expect(status).toContain('sluice store accept');
      await until(
        'an apply is refused',
        async () => {
          const refused = await apply(lab, allow('web', 'orders', 9000)).then(() => '', String);
          return refused.includes('sluice store accept');
        },
        20_000,
        200,
      );
      expect(await frozen()).toBe(2);
      const known = await lab.cli(['store', 'status']);
      expect(known.stdout).toMatch(/node1 .*frozen: the store (stands at revision|was rewound)/);
    },
    SLOW_MS,
  );

  it(
    'is followed once an administrator accepts it, and not one request was lost',
    async () => {
      const accepted = await lab.cli(['store', 'accept']);
      expect(accepted).toMatchObject({ code: 0 });
      expect(accepted.stdout).toContain('node1, node2 will follow the store as it is');
      await until('no node is frozen', async () => (await frozen()) === 0, 30_000, 100);
      await until('what the backup does not have is closed', async () => !(await opens(LATER)), 30_000, 100);
      expect(await opens(KEPT)).toBe(true);
      await until(
        'the control planes have read it',
        async () => (await lab.cli(['status'])).code === 0,
        30_000,
        200,
      );
      await apply(lab, allow('web', 'orders', LATER));
      expect(await opens(LATER)).toBe(true);
      expect(await web.ask('stop', { load })).toMatchObject({ lost: 0, errors: [] });
      // Workloads that came after the backup, and those that come now, get their identities.
      const now = await lab.node(1).addWorkload({ name: 'now', ports: [KEPT] });
      await apply(lab, allow('web', 'since', KEPT), allow('web', 'now', KEPT));
      for (const server of [since, now])
        await until(
          `web reaches ${server.name}`,
          async () => (await web.probe(server, KEPT)).ok,
          20_000,
          100,
        );
      const again = await lab.cli(['store', 'accept']);
      expect(again.code).not.toBe(0);
      expect(again.stderr).toContain('there is nothing to accept');
    },
    SLOW_MS,
  );
});
