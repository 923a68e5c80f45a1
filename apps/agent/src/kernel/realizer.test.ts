import {
  type Changes,
  type ClassUpdate,
  type EndpointEntry,
  EndpointFlag,
  type IpcacheEntry,
  packKey,
  unpackKey,
} from '@sluice/datapath';
import { makeLabels, type Labels } from '@sluice/labels';
import type { EndpointValue } from '@sluice/store';
import type { LocalEndpoint } from '../endpoints/manager.js';
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

class World {
  readonly journal: string[] = [];
  readonly ipcache = new FakeMap<string, IpcacheEntry>('ipcache', this.journal);
  readonly endpoints = new FakeMap<string, EndpointEntry>('endpoints', this.journal);
  readonly interfaces = new FakeMap<number, unknown>('interfaces', this.journal);
  readonly classes = new Map<number, ClassUpdate>();
  broken = false;
  readonly state = new SharedState();
  readonly locals: LocalEndpoint[] = [];
  readonly realizer: Realizer;

  constructor() {
    const policy = {
      put: (update: ClassUpdate) => {
        if (this.broken) throw new Error('broken');
        this.classes.set(update.policyClass, update);
        const peers = update.form.entries.map((entry) => entry.identity).sort((a, b) => a - b);
        this.journal.push(`policy ${update.policyClass}: ${[...new Set(peers)].join(',')}`);
        return true;
      },
      remove: (policyClass: number) => {
        this.classes.delete(policyClass);
        this.journal.push(`policy ${policyClass} removed`);
      },
      refresh: () => undefined,
    };
    Object.defineProperty(policy, 'known', { get: () => [...this.classes.keys()] });
    let cookie = 0;
    const numbers = new Map<string, number>();
    const datapath = {
      ipcache: this.ipcache,
      endpoints: this.endpoints,
      interfaces: this.interfaces,
      policy,
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

  remote(address: string, identity: number): void {
    const value: EndpointValue = {
      addresses: [address],
      identity,
      workload: { source: 'host', scope: 'default', name: 'r' },
      namedPorts: [],
      state: 'ready',
    };
    this.state.endpoints.set(`shared/endpoints/node-2/${identity}`, { node: 'node-2', id: identity, value });
  }

  policy(spec: object): void {
    const document = {
      apiVersion: 'sluice.dev/v1',
      kind: 'Policy',
      metadata: { name: 'p', namespace: 'default' },
      spec,
    };
    this.state.policies.set('shared/policies/Policy/default/p', {
      kind: 'Policy',
      scope: 'default',
      name: 'p',
      uid: 'u',
      revision: ++this.state.revision,
      document,
    });
  }

  local(app: string): LocalEndpoint {
    const id = this.locals.length + 1;
    const local: LocalEndpoint = {
      record: {
        version: 1,
        id,
        workload: { source: 'host', scope: 'default', name: app },
        labels: labels(app),
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
