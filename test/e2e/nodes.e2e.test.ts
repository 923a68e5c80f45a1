import type { Lab, Workload } from '@sluice/lab';
import { apply, document, SLOW_MS, startLab, stopLab } from './support.js';

/** Nothing listens there: a host that is reached refuses. */
const PORT = 9;

describe.each(['tunnel', 'native'] as const)('nodes, routing %s', (routing) => {
  let lab: Lab;
  let web: Workload;
  beforeAll(async () => {
    lab = await startLab(`nodes${routing}`, { routing });
    web = await lab.node(1).addWorkload({ name: 'web' });
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it.each([
    ['host', 1, 4],
    ['host', 1, 6],
    ['remote-node', 2, 4],
    ['remote-node', 2, 6],
  ] as const)(
    'are reached by a workload that may: %s (node %i), IPv%i',
    async (entity, node, family) => {
      const host = lab.node(node).address(family);
      const ask = () => web.ask('probe', { host, port: PORT, transport: 'tcp', timeoutMs: 400 });
      await apply(lab, document('nodes', { endpointSelector: {}, egress: [{ toEntities: ['none'] }] }));
      expect(await ask()).toMatchObject({ ok: false, error: 'timeout' });
      await apply(lab, document('nodes', { endpointSelector: {}, egress: [{ toEntities: [entity] }] }));
      expect(await ask()).toMatchObject({ ok: false, error: 'ECONNREFUSED' });
    },
    SLOW_MS,
  );
});
