import {
  type Changes,
  type ClassChange,
  type ClassUpdate,
  type EndpointEntry,
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
import { PolicyEngine } from '../kernel/engine.js';
import { Realizer, type RealizerOptions } from '../kernel/realizer.js';

const INFRASTRUCTURE = [{ address: '198.18.0.9', port: 2379, protocol: 6 }];

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

/** The realizer of one node over maps that tell what is written. */
export class World {
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
      infrastructure: () => INFRASTRUCTURE,
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

  remote(
    address: string,
    identity: number,
    namedPorts: EndpointValue['namedPorts'] = [],
    id = identity,
  ): void {
    const value: EndpointValue = {
      addresses: [address],
      identity,
      workload: { source: 'host', scope: 'default', name: 'r' },
      namedPorts,
      state: 'ready',
    };
    this.state.endpoints.set(`shared/endpoints/node-2/${id}`, { node: 'node-2', id, value });
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

export const labels = (app: string): Labels =>
  makeLabels([`user:app=${app}`, 'k8s:io.kubernetes.pod.namespace=default']);
/** Lets in who is called web. */
export const FROM_WEB = {
  endpointSelector: { matchLabels: { 'user:app': 'db' } },
  ingress: [{ fromEndpoints: [{ matchLabels: { 'user:app': 'web' } }] }],
};
/** Throws where not both lines are there, the first before the second. */
export function before(journal: readonly string[], first: string | RegExp, second: string | RegExp): void {
  const at = (what: string | RegExp): number =>
    journal.findIndex((line) => (typeof what === 'string' ? line === what : what.test(line)));
  const [one, other] = [at(first), at(second)];
  if (one < 0 || one >= other) throw new Error(`not ${first} before ${second}:\n${journal.join('\n')}`);
}
