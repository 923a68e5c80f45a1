import type { EndpointValue } from '@sluice/store';
import { DEFAULT_SETTINGS } from '@sluice/store';
import { Owners } from './owners.js';
import { type RemoteEndpoint, SharedState } from './state.js';
import { type DesiredIpcache, desiredIpcache, type IpcacheInput } from './testing/desired.js';

const allocation = (n: number) => ({
  nodeId: n,
  addresses: [`198.18.0.${n}`, `fd00:198::${n}`],
  tunnelAddress: `198.18.0.${n}`,
  prefixes: [`198.18.${64 + n}.0/24`, `fd00:198:0:4${n}::/64`],
});
const endpoint = (node: string, over: Partial<EndpointValue> = {}): RemoteEndpoint => ({
  node,
  id: 7,
  value: {
    addresses: ['198.18.66.5'],
    identity: 300,
    workload: { source: 'host', scope: 'default', name: 'x' },
    namedPorts: [],
    state: 'ready',
    ...over,
  },
});
const input = (over: Partial<IpcacheInput> = {}): IpcacheInput => ({
  node: 'node-1',
  ownAddresses: ['198.18.0.1', 'fd00:198::1'],
  routing: 'tunnel',
  allocations: new Map([
    ['node-1', allocation(1)],
    ['node-2', allocation(2)],
  ]),
  nodeNumber: (name) => (name === 'node-1' ? 1 : 6),
  apiServers: [],
  pools: [],
  endpoints: [],
  knowsIdentity: (identity) => identity === 300 || identity === 301,
  local: [],
  cidrs: new Map(),
  ...over,
});

/** The same by an `Owners` that is told of everything. */
function byOwners(given: IpcacheInput): DesiredIpcache {
  const owners = new Owners({ node: given.node, ownAddresses: given.ownAddresses });
  const state = new SharedState();
  state.settings = { ...DEFAULT_SETTINGS, routing: given.routing };
  for (const [name, one] of given.allocations) state.allocations.set(name, one);
  for (const prefix of given.pools) state.pools.set(prefix, { prefix } as never);
  for (const one of given.endpoints) state.endpoints.set(`${one.node}/${one.id}`, one);
  const identities = Array.from({ length: 1000 }, (_, n) => n).filter(given.knowsIdentity);
  for (const id of identities) state.identities.set(id, { labels: [], retiring: false });
  for (const [prefix, identity] of given.cidrs) owners.setCidr(prefix, identity);
  owners.setApiServers(given.apiServers);
  owners.update(state, {
    endpoints: state.endpoints.take(),
    identities: state.identities.take(),
    allocations: state.allocations.take(),
    pools: state.pools.take(),
  });
  owners.setNumbers(state, given.nodeNumber);
  given.local.forEach(({ address, identity }, n) => owners.setLocal(n, { addresses: [address], identity }));
  const { claims, refused } = owners;
  return {
    entries: new Map([...claims.prefixes()].map((prefix) => [prefix, claims.get(prefix)!])),
    refused: [...refused].map(([who, reason]) => ({ endpoint: who.replace('endpoint ', ''), reason })),
  };
}

describe.each([
  ['from nothing', desiredIpcache],
  ['by changes', byOwners],
])('who owns an address, %s', (_, ask) => {
  const at = (prefix: string, over: Partial<IpcacheInput> = {}) => ask(input(over)).entries.get(prefix);
  it('holds every prefix of a node as unknown, behind that node’s tunnel', () => {
    expect(at('198.18.66.0/24')).toEqual({ identity: 11, flags: 1, tunnel: '198.18.0.2', encryptKey: 0 });
    expect(at('fd00:198:0:42::/64')).toMatchObject({ identity: 11, tunnel: '198.18.0.2' });
    expect(at('198.18.65.0/24')).toEqual({ identity: 11, flags: 0, tunnel: null, encryptKey: 0 });
  });
  it('holds what a pool has not given out yet as unknown too, and nobody behind it', () => {
    const pools = ['198.18.64.0/18', 'fd00:198:0:40::/58'];
    const nobody = { identity: 11, flags: 0, tunnel: null, encryptKey: 0 };
    for (const pool of pools) expect(at(pool, { pools })).toEqual(nobody);
    expect(at('198.18.66.0/24', { pools })).toMatchObject({ identity: 11, tunnel: '198.18.0.2' });
    const cidrs = new Map([
      ['198.18.100.0/24', 1 << 24],
      ['198.18.64.0/18', (1 << 24) + 1],
      ['198.18.0.0/15', (1 << 24) + 2],
    ]);
    expect(at('198.18.100.0/24', { pools, cidrs })).toBeUndefined();
    expect(at('198.18.64.0/18', { pools, cidrs })).toEqual(nobody);
    expect(at('198.18.0.0/15', { pools, cidrs })).toMatchObject({ identity: (1 << 24) + 2 });
  });
  it('knows nodes: its own as host, the others as remote nodes', () => {
    expect(at('198.18.0.1/32')).toMatchObject({ identity: 1, flags: 2 });
    expect(at('fd00:198::2/128')).toMatchObject({ identity: 6, flags: 3, tunnel: '198.18.0.2' });
    expect(at('fd00:198::2/128', { routing: 'native' })).toMatchObject({
      identity: 6,
      flags: 2,
      tunnel: null,
    });
  });
  it('tells a remote endpoint with its tunnel, and in native mode without', () => {
    const endpoints = [endpoint('node-2')];
    expect(at('198.18.66.5/32', { endpoints })).toEqual({
      identity: 300,
      flags: 1,
      tunnel: '198.18.0.2',
      encryptKey: 0,
    });
    expect(at('198.18.66.5/32', { endpoints, routing: 'native' })).toMatchObject({
      identity: 300,
      flags: 0,
      tunnel: null,
    });
  });
  it.each<[string, RemoteEndpoint, RegExp | null]>([
    ['an identity that nobody assigned', endpoint('node-2', { identity: 999 }), /not assigned/],
    ['a reserved identity', endpoint('node-2', { identity: 1 }), /not assigned/],
    ['an address of another node', endpoint('node-2', { addresses: ['198.18.65.5'] }), /not of its node/],
    ['an address of the world', endpoint('node-2', { addresses: ['1.1.1.1'] }), /not of its node/],
    ['a node without allocation', endpoint('node-3'), /no allocation/],
    ['a prefix for an address', endpoint('node-2', { addresses: ['198.18.66.0/25'] }), /is no address/],
    ['no identity yet', endpoint('node-2', { identity: 0, state: 'waiting-for-identity' }), null],
    ['not ready there', endpoint('node-2', { state: 'creating' }), null],
  ])('does not believe %s', (_, remote, reason) => {
    const { entries, refused } = ask(input({ endpoints: [remote] }));
    expect(entries.has(`${remote.value.addresses[0]}/32`)).toBe(false);
    if (reason) expect(refused[0]?.reason).toMatch(reason);
    else expect(refused).toEqual([]);
  });
  it('takes local endpoints from this node and not from the store', () => {
    const own = endpoint('node-1', { addresses: ['198.18.65.9'] });
    expect(at('198.18.65.9/32', { endpoints: [own] })).toBeUndefined();
    expect(at('198.18.65.9/32', { local: [{ address: '198.18.65.9', identity: 301 }] })).toMatchObject({
      identity: 301,
      flags: 0,
    });
  });
  it('lets no policy’s prefix reach into the pools, and ranks endpoint over node over prefix', () => {
    const cidrs = new Map([
      ['198.18.66.128/25', 0x1000001],
      ['198.18.66.0/24', 0x1000002],
      ['198.18.0.0/15', 0x1000003],
      ['198.18.0.2/32', 0x1000004],
    ]);
    const { entries } = ask(input({ cidrs }));
    expect(entries.has('198.18.66.128/25')).toBe(false);
    expect(entries.get('198.18.66.0/24')).toMatchObject({ identity: 11 });
    expect(entries.get('198.18.0.0/15')).toMatchObject({ identity: 0x1000003 });
    expect(entries.get('198.18.0.2/32')).toMatchObject({ identity: 6 });
  });
});
