import {
  type Changes,
  type ClassChange,
  type ClassUpdate,
  type EndpointEntry,
  EndpointFlag,
  type FormChange,
  type IpcacheEntry,
  packKey,
  type PolicyEntry,
  unpackKey,
  type Writes,
} from '@sluice/datapath';
import { makeLabels, type Labels } from '@sluice/labels';
import type { EndpointValue } from '@sluice/store';
import type { LocalEndpoint } from '../endpoints/manager.js';
import type { EndpointRecord } from '../endpoints/record.js';
import { CidrIdentities } from '../world/cidrs.js';
import { SharedState } from '../world/state.js';
import { PolicyEngine } from './engine.js';
import { Realizer, type RealizerOptions } from './realizer.js';

/** A map that tells what is written, in order, into one journal for all maps. */
class FakeMap<K, V> {
  readonly content = new Map<string, Buffer>();
  full = false;
  constructor(
    private readonly name: string,
    private readonly journal: string[],
  ) {}
  pack(entries: Iterable<readonly [K, V]>): Map<string, Buffer> {
    return new Map(
      [...entries].map(([key, value]) => [
        packKey(Buffer.from(JSON.stringify(key))),
        Buffer.from(JSON.stringify(value)),
      ]),
    );
  }
  packedKey = (key: K): string => packKey(Buffer.from(JSON.stringify(key)));
  packed = (): Map<string, Buffer> => new Map(this.content);
  entries = (): [K, V][] =>
    [...this.content].map(([key, value]) => [
      JSON.parse(unpackKey(key).toString()) as K,
      JSON.parse(value.toString()) as V,
    ]);
  get = (key: K): V | null => this.entries().find(([k]) => k === key)?.[1] ?? null;
  put({ puts }: Changes): void {
    if (this.full && puts.length > 0) throw new Error(`${this.name} is full`);
    for (const { key, value } of puts) {
      this.content.set(packKey(key), value);
      this.journal.push(`${this.name} put ${key.toString()}`);
    }
  }
  remove({ deletes }: Changes): void {
    for (const key of deletes) {
      this.content.delete(packKey(key));
      this.journal.push(`${this.name} delete ${key.toString()}`);
    }
  }
}

const keyOf = ({ identity, direction, protocol, port, portBits }: PolicyEntry): string =>
  JSON.stringify([direction, identity, protocol, portBits, port]);

/** Entries after some writes, in the order of their keys. */
function written(entries: readonly PolicyEntry[], writes: Writes): PolicyEntry[] {
  const held = new Map(entries.map((entry) => [keyOf(entry), entry]));
  for (const { op, entry } of writes)
    if (op === 'put') held.set(keyOf(entry), entry);
    else if (!held.delete(keyOf(entry))) throw new Error(`deletes what is not there: ${keyOf(entry)}`);
  return [...held.values()];
}

class World {
  readonly journal: string[] = [];
  readonly ipcache = new FakeMap<string, IpcacheEntry>('ipcache', this.journal);
  readonly endpoints = new FakeMap<string, EndpointEntry>('endpoints', this.journal);
  readonly interfaces = new FakeMap<number, unknown>('interfaces', this.journal);
  readonly classes = new Map<number, ClassUpdate>();
  readonly host = {
    value: null as EndpointEntry | null,
    get: () => this.host.value,
    set: (_: number, value: EndpointEntry) => {
      this.host.value = value;
      this.journal.push(`host ${value.flags === 0 ? 'is left alone' : 'is judged'}`);
    },
  };
  now = 0;
  broken = false;
  readonly state = new SharedState();
  readonly locals: LocalEndpoint[] = [];
  readonly realizer: Realizer;

  constructor() {
    const policy = {
      put: (update: ClassUpdate) => {
        if (this.broken) throw new Error('broken');
        if (JSON.stringify(this.classes.get(update.policyClass)) === JSON.stringify(update)) return false;
        this.classes.set(update.policyClass, update);
        const peers = update.form.entries.map((entry) => entry.identity).sort((a, b) => a - b);
        this.journal.push(`policy ${update.policyClass}: ${[...new Set(peers)].join(',')}`);
        return true;
      },
      change: ({ policyClass, writes, defaultCookies, staged }: ClassChange) => {
        const { form } = this.classes.get(policyClass)!;
        const half = (entries: readonly PolicyEntry[], change: FormChange) => ({
          entries: written(entries, change.writes),
          defaultCookies: change.defaultCookies,
        });
        const next = half(form.entries, { writes, defaultCookies });
        const more = staged && { staged: half(form.staged?.entries ?? [], staged) };
        return policy.put({ policyClass, form: { ...next, ...more } });
      },
      isWhole: (policyClass: number) => this.classes.has(policyClass),
      isStaged: (policyClass: number) => this.classes.get(policyClass)?.form.staged !== undefined,
      remove: (policyClass: number) => {
        this.classes.delete(policyClass);
        this.journal.push(`policy ${policyClass} removed`);
      },
      refresh: () => [],
    };
    Object.defineProperty(policy, 'known', { get: () => [...this.classes.keys()] });
    let cookie = 0;
    const numbers = new Map<string, number>();
    const datapath = {
      ipcache: this.ipcache,
      endpoints: this.endpoints,
      interfaces: this.interfaces,
      policy,
      host: this.host,
      infrastructure: new FakeMap<unknown, number>('infrastructure', this.journal),
    };
    this.realizer = new Realizer({
      node: 'node-1',
      ownAddresses: ['198.18.0.1'],
      datapath: datapath as unknown as RealizerOptions['datapath'],
      engine: new PolicyEngine(),
      cookies: {
        assign: (list) =>
          list.map(
            (p) => numbers.get(JSON.stringify(p)) ?? (numbers.set(JSON.stringify(p), ++cookie), cookie),
          ),
        retain: () => undefined,
      },
      cidrs: new CidrIdentities(),
      assigned: (labels, state) =>
        [...state.identities].find(
          ([, value]) => JSON.stringify(value.labels) === JSON.stringify(labels),
        )?.[0] ?? null,
      infrastructure: () => [{ address: '198.18.0.9', port: 2379, protocol: 6 }],
      now: () => this.now,
      onAlarm: () => undefined,
    });
    this.state.complete = true;
    for (const n of [1, 2]) {
      this.state.allocations.set(`node-${n}`, {
        nodeId: n,
        addresses: [`198.18.0.${n}`],
        tunnelAddress: `198.18.0.${n}`,
        prefixes: [`198.18.${64 + n}.0/24`],
      });
    }
  }

  identity(id: number, app: string): void {
    this.state.identities.set(id, { labels: labels(app), retiring: false });
  }

  remote(address: string, identity: number, namedPorts: EndpointValue['namedPorts'] = []): void {
    const value: EndpointValue = {
      addresses: [address],
      identity,
      workload: { source: 'host', scope: 'default', name: 'r' },
      namedPorts,
      state: 'ready',
    };
    this.state.endpoints.set(`shared/endpoints/node-2/${identity}`, { node: 'node-2', id: identity, value });
  }

  policy(spec: object, name = 'p'): void {
    const document = {
      apiVersion: 'sluice.dev/v1',
      kind: 'Policy',
      metadata: { name, namespace: 'default' },
      spec,
    };
    this.set('Policy', 'default', name, document);
  }

  hostPolicy(spec: object): void {
    const [apiVersion, kind, name] = ['sluice.dev/v1', 'ClusterPolicy', 'host'];
    this.set(kind, '_cluster', name, { apiVersion, kind, metadata: { name }, spec });
  }

  private set(kind: string, scope: string, name: string, document: object): void {
    this.state.policies.set(`shared/policies/${kind}/${scope}/${name}`, {
      kind,
      scope,
      name,
      uid: 'u',
      revision: ++this.state.revision,
      document,
    });
  }

  local(app: string, namedPorts: EndpointRecord['namedPorts'] = []): LocalEndpoint {
    const id = this.locals.length + 1;
    const local: LocalEndpoint = {
      record: {
        version: 1,
        id,
        workload: { source: 'host', scope: 'default', name: app },
        labels: labels(app),
        namedPorts,
        netns: '/run/netns/x',
        interfaceName: 'eth0',
        hostInterface: `sl${id}`,
        mac: '02:00:00:00:00:01',
        hostMac: '02:00:00:00:00:02',
        address4: `198.18.65.${id + 1}`,
        address6: null,
        gateway4: '198.18.65.1',
        gateway6: null,
        mtu: 1450,
        phase: 'active',
      },
      ifindex: 10 + id,
      identity: null,
      ready: false,
    };
    this.locals.push(local);
    return local;
  }

  /** One pass; what it wrote, in order. */
  pass(): string[] {
    this.journal.length = 0;
    const { errors } = this.realizer.realize(this.state, this.locals);
    return [...this.journal, ...errors.map((error) => `error ${error}`)];
  }
}

const labels = (app: string): Labels =>
  makeLabels([`user:app=${app}`, 'k8s:io.kubernetes.pod.namespace=default']);
const FROM_WEB = {
  endpointSelector: { matchLabels: { 'user:app': 'db' } },
  ingress: [{ fromEndpoints: [{ matchLabels: { 'user:app': 'web' } }] }],
};
const before = (journal: string[], first: string | RegExp, second: string | RegExp): void => {
  const at = (what: string | RegExp): number =>
    journal.findIndex((line) => (typeof what === 'string' ? line === what : what.test(line)));
  expect([at(first), at(second)].every((n) => n >= 0) ? 'both' : journal).toBe('both');
  expect(at(first)).toBeLessThan(at(second));
};

describe('Realizer', () => {
  it('opens an endpoint last: policy, then ipcache, then the endpoint', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    const journal = world.pass();
    before(journal, /^policy 300/, 'ipcache put "198.18.65.2/32"');
    before(journal, 'ipcache put "198.18.65.2/32"', 'interfaces put 11');
    expect(local).toMatchObject({ identity: 300, ready: true });
    expect(world.endpoints.get('198.18.65.2')).toMatchObject({
      identity: 300,
      policyClass: 300,
      flags: EndpointFlag.ready | EndpointFlag.redirectPeer,
    });
    expect(world.pass()).toEqual([]);
  });

  it('keeps an endpoint shut that has no identity yet', () => {
    const world = new World();
    const local = world.local('db');
    world.pass();
    expect(local.ready).toBe(false);
    expect(world.endpoints.get('198.18.65.2')).toMatchObject({
      identity: 5,
      policyClass: 0,
      flags: EndpointFlag.redirectPeer,
    });
  });

  it('has a new identity in local policies before the ipcache points to it, and out only after the ipcache has left it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    world.identity(301, 'web');
    world.remote('198.18.66.9', 301);
    before(world.pass(), 'policy 300: 301', 'ipcache put "198.18.66.9/32"');
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    before(world.pass(), 'ipcache delete "198.18.66.9/32"', 'policy 300: ');
  });

  it('does both at once for an address that changes hands within one batch', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.remote('198.18.66.9', 301);
    world.pass();
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    world.identity(302, 'web');
    world.remote('198.18.66.9', 302);
    const journal = world.pass();
    before(journal, 'policy 300: 301,302', 'ipcache put "198.18.66.9/32"');
    before(journal, 'ipcache put "198.18.66.9/32"', 'policy 300: 302');
  });

  it('gives the prefixes of policies numbers of this node, and takes them back', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.0.0.0/8'] }] });
    before(world.pass(), /^policy 300: 1677721\d/, 'ipcache put "10.0.0.0/8"');
    world.state.policies.clear();
    before(world.pass(), 'policy 300: ', 'ipcache delete "10.0.0.0/8"');
    expect(world.pass()).toEqual([]);
  });

  it('has a new prefix in ipcache and policy under the old rules before the new rules come', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.0.0.0/8'] }] });
    world.pass();
    const old = world.ipcache.get('10.0.0.0/8')!.identity;
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.1.0.0/16'] }] });
    const journal = world.pass();
    const fresh = world.ipcache.get('10.1.0.0/16')!.identity;
    expect(journal).toEqual([
      `policy 300: ${old},${fresh}`,
      'ipcache put "10.1.0.0/16"',
      `policy 300: ${fresh}`,
      'ipcache delete "10.0.0.0/8"',
    ]);
  });

  it('keeps policy entries of what the ipcache still names when the ipcache cannot be written', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.remote('198.18.66.9', 301);
    world.pass();
    world.ipcache.full = true;
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    world.identity(302, 'web');
    world.remote('198.18.66.10', 302);
    const journal = world.pass();
    expect(journal).toContain('policy 300: 301,302');
    expect(journal.at(-1)).toMatch(/^error ipcache/);
    world.ipcache.full = false;
    expect(world.pass()).toContain('policy 300: 302');
  });

  it('leaves an endpoint shut whose policy cannot be written, and opens it later', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    world.broken = true;
    expect(world.pass().at(-1)).toMatch(/^error policy of identity 300: broken/);
    expect(local.ready).toBe(false);
    world.broken = false;
    world.pass();
    expect(local.ready).toBe(true);
  });

  it('removes a class when its last endpoint has gone, after the endpoint', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.pass();
    world.locals.length = 0;
    expect(world.pass()).toContain('policy 300 removed');
  });
});

const http = (port: number) => [{ name: 'http', port, protocol: 'TCP' }];
const portsIn = (world: World, policyClass: number): number[] =>
  world.classes.get(policyClass)!.form.entries.map(({ port }) => port);

describe('Realizer with the whole language', () => {
  const BY_NAME = {
    endpointSelector: {},
    ingress: [{ fromEntities: ['world'], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] }],
  };

  it('gives workloads whose named ports differ classes of their own, and one again when no rule names a port', () => {
    const world = new World();
    world.identity(300, 'web');
    world.local('web', http(80));
    world.local('web', http(8080));
    world.pass();
    expect([...world.classes.keys()]).toEqual([300]);
    world.policy(BY_NAME);
    const journal = world.pass();
    const [first, second] = ['198.18.65.2', '198.18.65.3'].map((a) => world.endpoints.get(a)!.policyClass);
    expect(new Set([300, first, second]).size).toBe(3);
    expect(new Set(portsIn(world, first!))).toEqual(new Set([80]));
    expect(new Set(portsIn(world, second!))).toEqual(new Set([8080]));
    before(journal, new RegExp(`^policy ${first}:`), 'endpoints put "198.18.65.2"');
    before(journal, 'endpoints put "198.18.65.2"', 'policy 300 removed');
    world.state.policies.clear();
    world.pass();
    expect([...world.classes.keys()]).toEqual([300]);
    expect(world.endpoints.get('198.18.65.3')).toMatchObject({ policyClass: 300 });
    expect(world.pass()).toEqual([]);
  });

  it('never gives a class the number of one that the kernel knows from before', () => {
    const world = new World();
    world.identity(300, 'web');
    world.local('web', http(80));
    const old = (1 << 27) | 1;
    world.classes.set(old, {
      policyClass: old,
      form: { entries: [], defaultCookies: [0, 0] },
    });
    world.policy(BY_NAME);
    world.pass();
    expect(world.endpoints.get('198.18.65.2')!.policyClass).not.toBe(old);
    expect(world.classes.has(old)).toBe(false);
  });

  it('withdraws a named port on egress before the ipcache knows a pod that means another one by it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy({
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      egress: [{ toEndpoints: [{}], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] }],
    });
    world.remote('198.18.66.9', 301, http(80));
    world.pass();
    expect(portsIn(world, 300)).toEqual([80]);
    const value = {
      ...[...world.state.endpoints.values()][0]!.value,
      addresses: ['198.18.66.10'],
      namedPorts: http(81),
    };
    world.state.endpoints.set('shared/endpoints/node-2/9', { node: 'node-2', id: 9, value });
    before(world.pass(), 'policy 300: ', 'ipcache put "198.18.66.10/32"');
  });

  it('does so too where a new prefix is introduced in the same batch', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    const toWeb = { toEndpoints: [{}], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] };
    const spec = (...more: object[]) => ({
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      egress: [toWeb, ...more],
    });
    world.policy(spec());
    world.remote('198.18.66.9', 301, http(80));
    world.pass();
    expect(world.classes.get(300)!.form.entries.map(({ identity }) => identity)).toEqual([301]);
    const { value } = [...world.state.endpoints.values()][0]!;
    const other = { ...value, addresses: ['198.18.66.10'], namedPorts: http(81) };
    world.state.endpoints.set('shared/endpoints/node-2/9', { node: 'node-2', id: 9, value: other });
    world.policy(spec({ toCIDR: ['10.0.0.0/8'] }));
    before(world.pass(), 'policy 300: ', 'ipcache put "198.18.66.10/32"');
  });

  it('puts what staged policies would make of it beside what is enforced', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    expect(world.classes.get(300)!.form.staged).toBeUndefined();
    world.policy(
      { ...FROM_WEB, enforcement: 'audit', ingress: [], ingressDeny: FROM_WEB.ingress },
      'lockdown',
    );
    world.pass();
    const { form } = world.classes.get(300)!;
    expect(form.entries.map(({ deny }) => deny)).toEqual([false]);
    expect(form.staged!.entries.map(({ deny }) => deny)).toEqual([true]);
    world.state.policies.delete('shared/policies/Policy/default/lockdown');
    world.pass();
    expect(world.classes.get(300)!.form.staged).toBeUndefined();
  });

  it('judges the host while a policy selects it: its class and the infrastructure first, and the class goes last', () => {
    const world = new World();
    world.pass();
    expect(world.host.value).toMatchObject({ flags: 0 });
    world.hostPolicy({ nodeSelector: {}, ingress: [{ fromEntities: ['cluster'] }] });
    const journal = world.pass();
    before(journal, /^policy 1: /, 'host is judged');
    expect(world.host.value).toMatchObject({ identity: 1, policyClass: 1, flags: EndpointFlag.ready });
    expect(world.pass()).toEqual([]);
    world.hostPolicy({
      nodeSelector: { matchLabels: { 'k8s:kubernetes.io/hostname': 'node-2' } },
      ingress: [{ fromEntities: ['cluster'] }],
    });
    before(world.pass(), 'host is left alone', 'policy 1 removed');
  });

  it('shuts a host whose policy cannot be written', () => {
    const world = new World();
    world.pass();
    world.hostPolicy({ nodeSelector: {}, ingress: [{ fromEntities: ['cluster'] }] });
    world.broken = true;
    expect(world.pass().at(-1)).toMatch(/^error policy of identity 1: broken/);
    expect(world.host.value).toMatchObject({ flags: EndpointFlag.ready });
  });

  it('tells nodes apart while a policy names some: in the policies before the ipcache, and longer than in it', () => {
    const world = new World();
    const own = (1 << 25) | 2;
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, ingress: [{ fromEntities: ['remote-node'] }] });
    world.pass();
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: 6 });
    const selector = { matchLabels: { 'k8s:kubernetes.io/hostname': 'node-2' } };
    world.policy({ endpointSelector: {}, ingress: [{ fromNodes: [selector] }] }, 'nodes');
    const journal = world.pass();
    before(journal, `policy 300: 6,${own}`, 'ipcache put "198.18.0.2/32"');
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: own, flags: 3 });
    world.state.policies.delete('shared/policies/Policy/default/nodes');
    before(world.pass(), 'ipcache put "198.18.0.2/32"', 'policy 300: 6');
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: 6 });
    expect(world.pass()).toEqual([]);
  });

  it('knows services, and the API server by its own number or by that of the node which serves it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    const service = { labels: [], selector: null, backends: ['198.19.0.7'], owner: 'api' } as const;
    world.state.services.set('default/kubernetes', { ...service, backends: ['198.19.0.6', '198.18.0.2'] });
    world.state.services.set('default/bank', service);
    world.policy({
      endpointSelector: {},
      egress: [
        { toServices: [{ k8sService: { serviceName: 'bank', namespace: 'default' } }] },
        { toEntities: ['kube-apiserver'] },
      ],
    });
    world.pass();
    const node = 2 ** 25 + 2;
    const bank = world.ipcache.get('198.19.0.7/32')!.identity;
    expect(
      world.classes
        .get(300)!
        .form.entries.map(({ identity }) => identity)
        .sort(),
    ).toEqual([bank, node, 7].sort());
    expect(world.ipcache.get('198.19.0.6/32')).toMatchObject({ identity: 7 });
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: node });
    world.state.services.delete('default/bank');
    world.pass();
    expect(world.classes.get(300)!.form.entries.map(({ identity }) => identity)).toEqual([7, node]);
    expect(world.ipcache.get('198.19.0.7/32')).toBeNull();
  });

  it('asks nothing while suspended, and everything again when the time has passed', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    const open = () =>
      world.classes.get(300)!.form.entries.some(({ identity, protocol }) => identity === 0 && protocol === 0);
    expect(open()).toBe(false);
    const until = new Date(1_000).toISOString();
    world.state.settings = { ...world.state.settings, suspended: { until, by: 'admin', reason: '' } };
    world.pass();
    expect(open()).toBe(true);
    world.now = 1_000;
    world.pass();
    expect(open()).toBe(false);
  });

  it('lets the local host in where the setting or a workload of Kubernetes says so', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    const fromHost = () => world.classes.get(300)!.form.entries.some(({ identity }) => identity === 1);
    world.pass();
    expect(fromHost()).toBe(false);
    world.state.settings = { ...world.state.settings, allowLocalHost: 'always' };
    world.pass();
    expect(fromHost()).toBe(true);
    world.state.settings = { ...world.state.settings, allowLocalHost: 'auto' };
    world.pass();
    expect(fromHost()).toBe(false);
    (local.record as { workload: object }).workload = { source: 'k8s', scope: 'default', name: 'db' };
    world.pass();
    expect(fromHost()).toBe(true);
  });
});
