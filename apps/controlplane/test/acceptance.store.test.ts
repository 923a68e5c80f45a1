import { randomUUID } from 'node:crypto';
import type { Clients } from '@sluice/api';
import { keys, type ClusterValue } from '@sluice/store';
import { Harness, until, type Replica } from './harness.js';

let harness: Harness;
let replicas: [Replica, Replica];
let admins: [Clients, Clients];

beforeAll(async () => {
  harness = await Harness.start();
  replicas = [await harness.replica(), await harness.replica()];
  const tls = await harness.user('admin', 'ada');
  admins = [harness.connect(replicas[0], tls), harness.connect(replicas[1], tls)];
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const cluster = async () => (await harness.store.get<ClusterValue>(keys.cluster()))!.value;
const policy = (name: string) =>
  JSON.stringify({
    apiVersion: 'sluice.dev/v1',
    kind: 'Policy',
    metadata: { name, namespace: 'shop' },
    spec: { endpointSelector: {} },
  });
/** Both replicas take changes, and have read the store. */
const bothServe = async (name: string) => {
  for (const [i, { policies }] of admins.entries())
    await until(
      () =>
        policies.apply({ text: policy(`${name}-${i}`) }).then(
          () => true,
          () => false,
        ),
      `replica ${i} takes a change`,
    );
};

describe('a store that an administrator accepts', () => {
  it('has a higher generation than it had and than nodes know, and both replicas go on', async () => {
    const before = await cluster();
    const answer = await admins[0].cluster.acceptStore({ uuid: '', generation: before.generation + 4 });
    expect(answer).toMatchObject({
      clusterUuid: before.uuid,
      revision: { generation: before.generation + 5 },
    });
    expect(await cluster()).toEqual({ ...before, generation: before.generation + 5 });
    await bothServe('same');
  });

  it('may be called as nodes know it: who knows it by the name that it had goes on too', async () => {
    const before = await cluster();
    const uuid = randomUUID();
    await admins[0].cluster.acceptStore({ uuid, generation: 0 });
    const { generation } = before;
    expect(await cluster()).toEqual({ uuid, generation: generation + 1, formerly: [before.uuid] });
    await bothServe('renamed');
    await admins[1].cluster.acceptStore({ uuid: before.uuid, generation: 0 });
    expect(await cluster()).toEqual({ uuid: before.uuid, generation: generation + 2, formerly: [uuid] });
    await bothServe('back');
  });

  it('is the word of an admin, in the audit log; what is no uuid and no generation changes nothing', async () => {
    const before = await cluster();
    const operator = harness.connect(replicas[0], await harness.user('operator', 'olga'));
    await expect(operator.cluster.acceptStore({})).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    for (const wrong of [{ uuid: 'x' }, { generation: -1 }, { generation: 2 ** 40 }])
      await expect(admins[0].cluster.acceptStore(wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await cluster()).toEqual(before);
    const accepted = (await replicas[0].audit()).filter(({ event }) => event === 'accept-store');
    expect(accepted).toMatchObject([{ user: 'ada' }, { user: 'ada' }]);
  });
});
