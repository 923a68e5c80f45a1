import { bootstrapCluster, connectStore, CONTROL_PLANE_USER, keys, ROOT } from './index.js';
import { rangeEnd } from './codec.js';
import { StoreError } from './errors.js';
import { startEtcd, type TestEtcd, type Tls } from './testing/etcd.js';
import { Wire } from './wire.js';

let etcd: TestEtcd;

const wires: Wire[] = [];
function as(tls: Tls): Wire {
  const wire = new Wire({ endpoints: etcd.endpoints, tls });
  wires.push(wire);
  return wire;
}

beforeAll(async () => {
  etcd = await startEtcd();
  await bootstrapCluster({
    store: { endpoints: etcd.endpoints, tls: etcd.tls },
    settings: { mode: 'always', allowLocalHost: 'auto', routing: 'tunnel', tunnelPort: 8472 },
    pools: {},
    nodes: ['node-1', 'node-10', 'node-2'],
  });
}, 60_000);
afterAll(async () => {
  for (const wire of wires) wire.close();
  await etcd.stop();
}, 30_000);

const bytes = (key: string) => Buffer.from(ROOT + key);

/** What is done to a key. */
const deeds = {
  get: (wire: Wire, key: string) => wire.read('get', (e, o) => e.kv.range({ key: bytes(key) }, o)),
  put: (wire: Wire, key: string) =>
    wire.write('put', (e, o) => e.kv.put({ key: bytes(key), value: Buffer.from('{}') }, o)),
  delete: (wire: Wire, key: string) =>
    wire.write('delete', (e, o) => e.kv.deleteRange({ key: bytes(key) }, o)),
} as const;
type Deed = keyof typeof deeds;

const list = (wire: Wire, prefix: string) =>
  wire.read('list', (e, o) => e.kv.range({ key: bytes(prefix), range_end: rangeEnd(prefix), limit: 1 }, o));

/** Whether the store lets it happen. Throws where it fails for another reason. */
async function may(wire: Wire, deed: Deed | 'list', key: string): Promise<boolean> {
  try {
    await (deed === 'list' ? list : deeds[deed])(wire, key);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'permission') return false;
    throw error;
  }
}

/** Keys of every kind; those of another node are of one whose name begins with this one's, too. */
const READ_ONLY = [
  keys.cluster(), keys.settings(), keys.policy('Policy', 'shop', 'web'), keys.identity(300), keys.identityOf('a'), keys.allocation('node-1'),
  keys.service('shop', 'web'), keys.pool('v4'), keys.endpoint('node-2', 7), 'private/node-1/ipsec',
]; // prettier-ignore
const OWN = [keys.claim('node-1', 'a'), keys.endpoint('node-1', 7), keys.node('node-1'), keys.alive('node-1'), keys.realized('node-1')]; // prettier-ignore
const FORBIDDEN = [
  ...['node-2', 'node-10'].flatMap((node) => [
    keys.claim(node, 'a'), keys.node(node), keys.alive(node), keys.realized(node), `private/${node}/ipsec`,
  ]),
  keys.retiredIdentity(300), keys.lastIdentity(), keys.replica('cp-1'), keys.history('Policy', 'shop', 'web', 1), keys.lastChange(),
  keys.change('a'), keys.pending('a'), keys.directory(), keys.directoryState('cp-1'), keys.prefixOf('v4', '198.18.64.0/24'), keys.nodeId(1),
]; // prettier-ignore

describe('what a node may do in the store', () => {
  it('reads what all nodes decide from, writes its own keys, and does nothing to any other', async () => {
    const node = as(await etcd.user('node-1'));
    const found: string[] = [];
    for (const [list, rights] of [
      [READ_ONLY, ['get']],
      [OWN, ['get', 'put', 'delete']],
      [FORBIDDEN, []],
    ] as const)
      for (const key of list)
        for (const deed of Object.keys(deeds) as Deed[]) {
          const allowed = await may(node, deed, key);
          if (allowed !== (rights as readonly string[]).includes(deed))
            found.push(`${deed} ${key}: ${allowed ? 'allowed' : 'refused'}`);
        }
    expect(found).toEqual([]);
    const lists = async (prefixes: readonly string[]) =>
      Promise.all(prefixes.map(async (prefix) => [prefix, await may(node, 'list', prefix)] as const));
    const own = [
      keys.shared(),
      keys.claims('node-1'),
      keys.endpoints('node-1'),
      'private/node-1/',
      'status/node-1/',
    ];
    expect(await lists(own)).toEqual(own.map((prefix) => [prefix, true]));
    const others = [keys.claims(), keys.claims('node-2'), keys.nodes(), keys.allAlive(), keys.statuses(), 'private/', 'private/node-10/', 'history/', keys.replicas()]; // prettier-ignore
    expect(await lists(others)).toEqual(others.map((prefix) => [prefix, false]));
  }, 60_000);

  it('watches nothing that it may not read', async () => {
    const tls = await etcd.user('node-1');
    const watch = async (key: string): Promise<'watching' | 'refused'> => {
      const stream = await as(tls).openWatch();
      try {
        return await new Promise((done, failed) => {
          stream.on('error', failed);
          stream.on('data', (answer) => done(answer.canceled ? 'refused' : 'watching'));
          stream.write({ create_request: { key: bytes(key), range_end: rangeEnd(key) } });
        });
      } finally {
        stream.on('error', () => undefined);
        stream.cancel();
      }
    };
    expect(await watch(keys.shared())).toBe('watching');
    for (const key of [
      keys.claims('node-2'),
      keys.statuses(),
      'private/node-2/',
      'history/',
      keys.replicas(),
    ])
      expect([key, await watch(key)]).toEqual([key, 'refused']);
  }, 60_000);

  it('cannot end the life of another one: the lease of its key is not its own to revoke', async () => {
    const { endpoints } = etcd;
    await using other = connectStore({ endpoints, tls: await etcd.user('node-2') });
    await using _alive = other.keepAlive(keys.alive('node-2'), { started: '' }, 60);
    const root = as(etcd.tls);
    const leaseOf = async () => (await deeds.get(root, keys.alive('node-2'))).kvs[0]?.lease ?? '0';
    let lease = '0';
    while (lease === '0') lease = await leaseOf();
    const node = as(await etcd.user('node-1'));
    const revoked = node.write('revoke', (e, o) => e.leaseClient.leaseRevoke({ ID: lease }, o));
    await expect(revoked).rejects.toMatchObject({ code: 'permission' });
    expect(await leaseOf()).toBe(lease);
  }, 60_000);

  it('is nothing for a user that was never made, and everything of Sluice for the control plane', async () => {
    const stranger = as(await etcd.user('node-3'));
    expect(await may(stranger, 'get', keys.settings())).toBe(false);
    const controlPlane = as(await etcd.user(CONTROL_PLANE_USER));
    for (const key of [...READ_ONLY, ...OWN, ...FORBIDDEN])
      expect([key, await may(controlPlane, 'get', key)]).toEqual([key, true]);
    const elsewhere = controlPlane.read('get', (e, o) => e.kv.range({ key: Buffer.from('elsewhere') }, o));
    await expect(elsewhere).rejects.toMatchObject({ code: 'permission' });
  }, 60_000);
});
