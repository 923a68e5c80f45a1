import type { Clients } from '@sluice/api';
import { keys } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

let harness: Harness;
let replica: Replica;
let operator: Clients;

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  operator = harness.connect(replica, await harness.user('operator', 'olga'));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const ready = async (of: Replica) => (await harness.get(of, '/readyz', await harness.user('viewer'))).status;

describe('etcd', () => {
  it('killed: calls say so, readiness is false; back: everything goes on by itself', async () => {
    await operator.policies.apply({ text: policyYaml('before') });
    await harness.etcd.kill('SIGKILL');
    const call = operator.policies.apply({ text: policyYaml('during') }, { timeoutMs: 30_000 });
    await expect(call).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/etcd.*check that etcd runs/s),
    });
    await until(async () => (await ready(replica)) === 503, 'readiness is false', 20_000);
    expect((await harness.get(replica, '/healthz', await harness.user('viewer'))).status).toBe(200);
    await expect(operator.cluster.listNodes({})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const status = await operator.cluster.status({});
    expect(status.checks[0]).toMatchObject({
      name: 'store',
      level: 'error',
      hint: expect.stringContaining('etcd'),
    });

    await harness.etcd.restart();
    await until(async () => (await ready(replica)) === 200, 'readiness is true', 30_000);
    expect((await operator.policies.apply({ text: policyYaml('after') })).results[0]?.action).toBe('created');
    expect((await operator.policies.get({ kind: 'Policy', scope: 'shop', name: 'before' })).author).toBe(
      'olga',
    );
    const node = { addresses: [], bootId: 'b', version: '1', kernel: '6', started: '' };
    await harness.store.put(keys.node('node-1'), node);
    await until(
      async () => (await operator.cluster.listNodes({})).nodes.length === 1,
      'the cache follows again',
    );
  }, 90_000);

  it('down at the start: the replica starts, says what is missing, and recovers', async () => {
    await harness.etcd.kill('SIGKILL');
    const second = await harness.replica(false);
    expect(await ready(second)).toBe(503);
    const clients = harness.connect(second, await harness.user('operator'));
    await expect(clients.policies.list({}, { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await harness.etcd.restart();
    await until(async () => (await ready(second)) === 200, 'readiness is true', 30_000);
    expect((await clients.policies.list({})).policies.length).toBeGreaterThan(0);
  }, 90_000);

  it('without a cluster in it takes no policy', async () => {
    await harness.store.delete(keys.cluster());
    await expect(operator.policies.apply({ text: policyYaml('nowhere') })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('sluice init'),
    });
    await harness.store.put(keys.cluster(), { uuid: 'u', generation: 2 });
    await expect(operator.policies.apply({ text: policyYaml('nowhere') })).resolves.toMatchObject({
      revision: { generation: 2 },
    });
  });
});
