import type { Clients } from '@sluice/api';
import { Etcd3 } from 'etcd3';
import { Harness, policyYaml, until, type Replica } from './harness.js';

/** More than the replica's own probes of what one request may hold. */
const QUOTA = 32 * 1_048_576;
const CHUNK = 256 * 1024;

let harness: Harness;
let replica: Replica;
let operator: Clients;

beforeAll(async () => {
  harness = await Harness.start(['node-1'], [`--quota-backend-bytes=${QUOTA}`]);
  replica = await harness.replica();
  operator = harness.connect(replica, await harness.user('operator', 'olga'));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

/** What an administrator does with etcdctl and root's certificate. */
async function administer(work: (etcd: Etcd3) => Promise<unknown>): Promise<void> {
  const { endpoints, tls } = harness.etcd;
  const credentials = { rootCertificate: tls.ca, certChain: tls.cert, privateKey: tls.key };
  const etcd = new Etcd3({ hosts: [...endpoints], credentials });
  try {
    await work(etcd);
  } finally {
    etcd.close();
  }
}

const checks = async () => (await operator.cluster.status({})).checks;
const metrics = async () => (await harness.get(replica, '/metrics', await harness.user('viewer'))).text;

describe('a store that is full', () => {
  it('says so, refuses changes with what to do, and answers all else', async () => {
    await operator.policies.apply({ text: policyYaml('before') });
    await until(
      async () => (await checks()).some(({ name, level }) => name === 'store/space' && level === 'ok'),
      'the status tells the size',
      20_000,
    );
    const fill = administer(async (etcd) => {
      for (let n = 0; n < 200; n++)
        await etcd.kv.put({ key: Buffer.from(`filling/${n}`), value: Buffer.alloc(CHUNK, n) });
    });
    await expect(fill).rejects.toThrow(/database space exceeded/);
    const refused = operator.policies.apply({ text: policyYaml('during') }, { timeoutMs: 30_000 });
    await expect(refused).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/out of space.*disarm its alarm/s),
    });
    const alarm = async () => (await checks()).find(({ name }) => name === 'store/alarm');
    await until(async () => (await alarm()) !== undefined, 'the status tells the alarm', 20_000);
    expect(await alarm()).toMatchObject({
      level: 'error',
      message: 'etcd has raised NOSPACE',
      hint: expect.stringContaining('etcdctl compact'),
    });
    expect(await metrics()).toMatch(/^sluice_store_alarms 1$/m);
    expect((await operator.policies.list({})).policies.map(({ ref }) => ref?.name)).toEqual(['before']);
  }, 90_000);

  it('goes on as docs/operations.md says: compacted, defragmented, disarmed', async () => {
    const range = { key: Buffer.from('filling/'), range_end: Buffer.from('filling0') };
    await administer(async (etcd) => {
      const { header } = await etcd.kv.deleteRange(range);
      await etcd.kv.compact({ revision: header.revision, physical: true });
      await etcd.maintenance.defragment();
      const { alarms } = await etcd.maintenance.alarm({ action: 'Get' });
      for (const { memberID, alarm } of alarms)
        await etcd.maintenance.alarm({ action: 'Deactivate', memberID, alarm });
    });
    await until(
      async () =>
        operator.policies.apply({ text: policyYaml('after') }).then(
          () => true,
          () => false,
        ),
      'a change is taken',
      30_000,
    );
    await until(
      async () => (await checks()).every(({ name }) => name !== 'store/alarm'),
      'the alarm is gone',
      20_000,
    );
    expect(await metrics()).toMatch(/^sluice_store_alarms 0$/m);
  }, 90_000);
});
