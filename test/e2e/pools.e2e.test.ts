import { type Lab, recentFlows, until, type Workload } from '@sluice/lab';
import { apply, document, SLOW_MS, startLab, stopLab } from './support.js';

/** Addresses of the lab's pools that no node has, of another node's prefix that no workload has, and one that is nobody's. */
const NOBODYS = {
  4: { pool: '198.18.120.9', world: '198.19.1.1' },
  6: { pool: 'fd00:198:1:aaaa::9', world: 'fd00:198:ffff::1' },
} as const;

describe('an address of a pool that nobody has', () => {
  let lab: Lab;
  let web: Workload;
  beforeAll(async () => {
    lab = await startLab('pools');
    web = await lab.node(1).addWorkload({ name: 'web' });
    const spec = { endpointSelector: {}, egress: [{ toEntities: ['world'] }] };
    await apply(lab, document('out', spec));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it.each([4, 6] as const)('is not the world, which may be reached, IPv%i', async (family) => {
    const send = (host: string) => web.ask('probe', { host, port: 80, transport: 'tcp', timeoutMs: 300 });
    const last = async (address: string) => {
      const flows = await recentFlows(lab.api());
      return flows.findLast(({ destination }) => destination?.address === address);
    };
    const { pool, world } = NOBODYS[family];
    for (const host of [pool, world]) expect((await send(host)).ok).toBe(false);
    await until(
      'both are told',
      async () => (await last(pool)) !== undefined && (await last(world)) !== undefined,
    );
    expect(await last(pool)).toMatchObject({ reason: 'unknown-dest', destination: { identity: 11 } });
    // There is no way out of the lab; what counts is that policy let it go.
    expect(await last(world)).toMatchObject({ reason: 'forwarded' });
  });
});
