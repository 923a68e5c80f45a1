import type { Lab, Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const CREATIONS = 200;
const AT_ONCE = 4;
const PORT = 8080;

/** A workload that sends each millisecond from before its interface is there until it is ready. */
async function create(lab: Lab, targets: readonly Workload[], number: number, app: string) {
  const node = lab.node((number % 2) + 1);
  await using sender = await node.startWorkload({ name: `sender-${number}`, labels: { app } });
  const all = targets.flatMap((target) =>
    ([4, 6] as const).map((f) => ({ host: target.address(f), port: PORT })),
  );
  const { flood } = await sender.ask('flood', { targets: all, limitMs: 30_000 });
  const { addresses } = await sender.attach();
  return { addresses, stats: await sender.ask('endFlood', { flood }) };
}

/** How many datagrams and connections the targets have seen from these addresses. */
async function seen(targets: readonly Workload[], addresses: readonly string[]): Promise<number> {
  let sum = 0;
  for (const target of targets) {
    const { connections, datagrams } = await target.ask('received', {});
    for (const address of addresses.map((a) => a.split('/')[0] ?? a))
      sum += (connections[address] ?? 0) + (datagrams[address] ?? 0);
  }
  return sum;
}

describe('shut from the first packet', () => {
  let lab: Lab;
  let targets: Workload[];
  beforeAll(async () => {
    lab = await startLab('first');
    targets = await Promise.all(
      [1, 2].map((n) => lab.node(n).addWorkload({ name: 'target', ports: [PORT] })),
    );
    await apply(lab, allow('friend', 'target', PORT));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it(
    `lets nothing of ${CREATIONS} workloads through that send while they are created`,
    async () => {
      let sent = 0;
      for (let i = 0; i < CREATIONS; i += AT_ONCE) {
        const made = await Promise.all(
          Array.from({ length: AT_ONCE }, (_, n) => create(lab, targets, i + n, 'intruder')),
        );
        for (const { addresses, stats } of made) {
          expect(addresses).toHaveLength(2);
          expect(stats.answered).toBe(0);
          expect(await seen(targets, addresses)).toBe(0);
          sent += stats.sent;
        }
      }
      // They did send: the kernel took datagrams once there was an interface.
      expect(sent).toBeGreaterThan(CREATIONS);
    },
    5 * SLOW_MS,
  );

  it(
    'would see what comes through: a named workload that does the same is answered',
    async () => {
      await using friend = await lab.node(1).startWorkload({ name: 'friend' });
      const all = targets.map((target) => ({ host: target.address(4), port: PORT }));
      const { flood } = await friend.ask('flood', { targets: all, limitMs: 30_000 });
      const { addresses } = await friend.attach();
      const probe = await friend.probe(targets[1] as Workload, PORT, 4, 'tcp', 5_000);
      expect(probe).toMatchObject({ ok: true });
      expect((await friend.ask('endFlood', { flood })).answered).toBeGreaterThan(0);
      expect(await seen(targets, addresses)).toBeGreaterThan(0);
    },
    SLOW_MS,
  );
});
