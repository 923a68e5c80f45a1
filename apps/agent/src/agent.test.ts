import { makeLabels } from '@sluice/labels';
import { parseConfig } from './config.js';
import { checkInterfaceName, checkNetns, createLines, hostUpLines, workloadLines } from './endpoints/link.js';
import { checkWorkload, securityLabels } from './endpoints/labels.js';
import type { EndpointRecord } from './endpoints/record.js';
import { datapathConfig, nodeRoutes } from './node/node.js';
import { nftRules, routeLines, workloadMtu } from './node/setup.js';
import { CidrIdentities } from './world/cidrs.js';
import { SharedState } from './world/state.js';

const record: EndpointRecord = {
  version: 1,
  id: 12,
  workload: { source: 'host', scope: 'default', name: 'web' },
  labels: [],
  netns: '/run/netns/web',
  interfaceName: 'eth0',
  hostInterface: 'sl12',
  mac: '02:00:00:00:00:01',
  hostMac: '02:00:00:00:00:02',
  address4: '198.18.64.2',
  address6: 'fd00:198:0:40::2',
  gateway4: '198.18.64.1',
  gateway6: 'fd00:198:0:40::1',
  mtu: 1450,
  phase: 'active',
};

describe('links', () => {
  it('are made down, with fixed MACs, the far end in its namespace', () => {
    expect(createLines(record)[0]).toBe(
      'link add name sl12 mtu 1450 address 02:00:00:00:00:02 type veth peer name eth0 mtu 1450 address 02:00:00:00:00:01 netns /run/netns/web',
    );
    expect(createLines(record).join('\n')).not.toMatch(/ up/);
  });
  it('get addresses without duplicate detection, and routes that need no neighbour search', () => {
    expect(workloadLines(record)).toContain('address replace fd00:198:0:40::2/128 dev eth0 nodad');
    expect(workloadLines(record).at(-1)).toBe(
      'route replace ::/0 via fd00:198:0:40::1 dev eth0 onlink src fd00:198:0:40::2 mtu 1450',
    );
    expect(hostUpLines(record)[0]).toBe('link set dev sl12 up');
    expect(hostUpLines({ ...record, address6: null }).join('\n')).not.toContain('fd00');
  });
  it.each(['', 'a'.repeat(16), 'eth0 up', 'a\nb', '../x', '.', 'é'])(
    'refuses the interface name %j',
    (name) => expect(() => checkInterfaceName(name)).toThrow(/interface name/),
  );
  it.each(['', 'web', '/run/netns/a b', '/run/netns/a\nlink delete lo'])('refuses the namespace %j', (path) =>
    expect(() => checkNetns(path)).toThrow(/network namespace/),
  );
});

describe('labels', () => {
  const workload = { source: 'host', scope: 'shop', name: 'web' };
  it('are those given and those derived from where the workload runs', () => {
    expect(securityLabels(workload, [{ source: 'user', key: 'app', value: 'web' }])).toEqual(
      makeLabels(['user:app=web', 'k8s:io.kubernetes.pod.namespace=shop']),
    );
  });
  it.each([
    [{ source: 'user', key: 'io.kubernetes.pod.namespace', value: 'kube-system' }, /imitates/],
    [{ source: 'reserved', key: 'host', value: '' }, /belongs to Sluice/],
    [{ source: 'cidr', key: '0.0.0.0/0', value: '' }, /belongs to Sluice/],
    [{ source: 'any', key: 'app', value: 'web' }, /unknown source/],
    [{ source: 'user', key: '', value: 'x' }, /empty key/],
  ])('refuses %j', (label, message) => expect(() => securityLabels(workload, [label])).toThrow(message));
  it('gives an absent scope its default, and refuses names that are none', () => {
    expect(checkWorkload({ source: 'host', scope: '', name: 'web' }).scope).toBe('default');
    expect(() => checkWorkload({ source: 'host', scope: 'a/b', name: 'web' })).toThrow(/no name/);
    expect(() => checkWorkload({ source: 'reserved', scope: 'a', name: 'web' })).toThrow(/source/);
  });
});

describe('the node', () => {
  const settings = { mode: 'always', allowLocalHost: 'policy', routing: 'tunnel', tunnelPort: 8473 } as const;
  const allocations = new Map([
    [
      'node-1',
      { nodeId: 1, addresses: ['198.18.0.1'], tunnelAddress: '198.18.0.1', prefixes: ['198.18.64.0/24'] },
    ],
    [
      'node-2',
      {
        nodeId: 2,
        addresses: ['198.18.0.2'],
        tunnelAddress: '198.18.0.2',
        prefixes: ['198.18.65.0/24', 'fd00:198:0:41::/64'],
      },
    ],
  ]);
  it('routes to other nodes through the tunnel, or natively where they have an address of that family', () => {
    const own = { v4: '198.18.0.1', v6: null };
    expect(routeLines(nodeRoutes({ node: 'node-1', settings, allocations }), own)).toEqual([
      'route replace 198.18.65.0/24 dev sluice_vxlan src 198.18.0.1 proto 202',
      'route replace fd00:198:0:41::/64 dev sluice_vxlan proto 202',
    ]);
    const native = nodeRoutes({ node: 'node-1', settings: { ...settings, routing: 'native' }, allocations });
    expect(native).toEqual([{ prefix: '198.18.65.0/24', via: '198.18.0.2' }]);
  });
  it('leaves room for the tunnel’s headers', () => {
    expect(workloadMtu(1500, 'tunnel', '198.18.0.1')).toBe(1450);
    expect(workloadMtu(1500, 'tunnel', 'fd00::1')).toBe(1430);
    expect(workloadMtu(1500, 'native', null)).toBe(1500);
  });
  it('masquerades only what leaves to neither a workload nor a node', () => {
    const rules = nftRules('eth0', ['198.18.64.0/24'], ['198.18.0.2', 'fd00::2']);
    expect(rules).toContain(
      'oifname "eth0" ip saddr { 198.18.64.0/24 } ip daddr != { 198.18.64.0/24, 198.18.0.2/32 } masquerade',
    );
    // nft refuses a set whose intervals overlap.
    expect(
      nftRules('eth0', ['198.18.64.0/24'], ['198.18.65.0/24', '198.18.64.0/18', '198.18.64.1/18']),
    ).toContain('ip daddr != { 198.18.64.0/18 } masquerade');
    expect(rules).not.toContain('ip6 saddr');
    expect(rules).toContain('meta mark set meta mark and 0xf0ffffff or 0x1000000');
  });
  it('never sets the break-glass flag from settings', () => {
    const { flags } = datapathConfig({ ...settings, mode: 'never' }, ['198.18.0.1'], {
      vxlan: 1,
      underlay: 2,
    });
    expect(flags & 8).toBe(0);
  });
});

describe('CidrIdentities', () => {
  it('keeps a number with its prefix, over a restart too, and does not reuse one that the kernel may know', () => {
    const first = new CidrIdentities();
    const given = new Map(['198.18.0.0/15', 'fd00::/8'].map((prefix) => [prefix, first.assign(prefix)]));
    const second = new CidrIdentities();
    second.adopt(
      [...given].map(([prefix, identity]) => [prefix, { identity, flags: 0, tunnel: null, encryptKey: 0 }]),
    );
    expect(second.assign('fd00::/8')).toBe(given.get('fd00::/8'));
    const other = second.assign('10.0.0.0/8');
    expect([...given.values()]).not.toContain(other);
    expect(other & 0x1000000).toBe(0x1000000);
    second.forget();
    expect(second.prefix(given.get('198.18.0.0/15')!)).toBeNull();
    expect(second.prefix(other)).toBe('10.0.0.0/8');
    expect(second.release('10.0.0.0/8')).toBe(other);
    expect(second.assign('10.0.0.0/8')).toBe(other);
    second.release('10.0.0.0/8');
    second.forget();
    expect(second.prefix(other)).toBeNull();
  });
});

describe('SharedState', () => {
  const change = (key: string, value: unknown) => ({
    key,
    entry: value === null ? null : { key, value, createRevision: 1, modRevision: 9 },
    previous: null,
  });
  it('takes whole batches by kind, and settings fall back to the strictest', () => {
    const state = new SharedState();
    state.apply({
      revision: 9,
      full: true,
      changes: [
        change('shared/policies/Policy/shop/p', { uid: 'u', document: {} }),
        change('shared/identities/300', { labels: [], retiring: false }),
        change('shared/identity-of/abc', { identity: 300 }),
        change('shared/settings', {
          mode: 'default',
          allowLocalHost: 'auto',
          routing: 'native',
          tunnelPort: 1,
        }),
        change('shared/endpoints/node-2/7', { addresses: [] }),
        change('shared/something/new', {}),
      ],
    });
    expect(state.policies.get('shared/policies/Policy/shop/p')).toMatchObject({
      scope: 'shop',
      name: 'p',
      revision: 9,
    });
    expect(state.endpoints.get('shared/endpoints/node-2/7')).toMatchObject({ node: 'node-2', id: 7 });
    expect([state.complete, state.revision, state.settings.mode]).toEqual([true, 9, 'default']);
    for (const map of [state.policies, state.identities, state.pools]) map.take();
    state.apply({
      revision: 10,
      full: false,
      changes: [change('shared/settings', null), change('shared/identities/300', null)],
    });
    expect([...state.identities.take()]).toEqual([300]);
    expect([state.identities, state.policies, state.pools].map((map) => map.take().size)).toEqual([0, 0, 0]);
    expect(state.settings.mode).toBe('always');
    expect(state.identities.size).toBe(0);
  });
});

describe('agent.json', () => {
  const good = {
    node: 'node-1',
    instance: 'default',
    etcd: { endpoints: ['https://198.18.0.9:2379'], tls: { ca: '/a', cert: '/b', key: '/c' } },
    controlPlanes: ['198.18.0.9:7443'],
    tls: { ca: '/a', cert: '/b', key: '/c' },
    addresses: ['198.18.0.1'],
    underlay: 'eth0',
    bpffs: '/sys/fs/bpf',
    stateDir: '/var/lib/sluice',
    socketDir: '/run/sluice',
    bpfDir: null,
    attach: 'auto',
    metricsListen: null,
  };
  it('is read', () => expect(parseConfig(JSON.stringify(good)).node).toBe('node-1'));
  it.each([
    [{ ...good, node: 'Node_1' }, /DNS label/],
    [{ ...good, nodes: 1 }, /unknown field "nodes"/],
    [{ ...good, addresses: [] }, /at least one/],
    [{ ...good, addresses: ['x'] }, /no IP address/],
    [{ ...good, attach: 'xdp' }, /attach/],
    [{ ...good, stateDir: 'state' }, /absolute/],
    [{ ...good, tls: null }, /tls is missing/],
    [{ ...good, etcd: { endpoints: 'x' } }, /etcd is missing/],
    [{ ...good, instance: '../x' }, /instance/],
    [[], /no JSON object/],
  ])('is refused with the field named: %#', (config, message) =>
    expect(() => parseConfig(JSON.stringify(config))).toThrow(message),
  );
  it('is refused where it is no JSON', () => expect(() => parseConfig('{')).toThrow(/no JSON/));
});
