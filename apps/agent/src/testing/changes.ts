import { hashLabels, type Labels, makeLabels } from '@sluice/labels';
import { type EndpointValue, keys } from '@sluice/store';
import type { EndpointRecord } from '../endpoints/record.js';
import type { SharedState } from '../world/state.js';
import type { Random } from './random.js';

/** Two of each: what happens to one is seen beside the other. */
const APPS = ['a', 'b', 'c', 'd'];
const REMOTE = ['node-2', 'node-3'];
const PREFIXES = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '198.18.66.0/24', '198.18.66.128/25', 'fd00:198::/32', 'fd00:198:1::/48']; // prettier-ignore

/** Addresses that packets of tests come from and go to. */
export const PEERS = ['198.18.66.200', '198.18.66.5', '198.18.66.6', '198.18.66.133', '198.18.67.5', '198.18.0.2', '198.18.0.3', '10.0.0.1', '10.1.0.1', '10.1.2.3', '198.19.0.7', 'fd00:198::5', 'fd00:198:1::5', '198.18.65.2', '198.18.65.3']; // prettier-ignore

export const labelsOf = (app: string): Labels =>
  makeLabels([`user:app=${app}`, 'k8s:io.kubernetes.pod.namespace=default']);

/** A store with three nodes, an identity for each app, and nothing else. */
export function emptyCluster(state: SharedState): void {
  state.complete = true;
  state.pools.set('p', { prefix: '198.18.64.0/18' } as never);
  for (const n of [1, 2, 3]) allocate(state, n, `198.18.${64 + n}.0/24`);
  for (const app of APPS) identify(state, labelsOf(app), 300 + ++state.revision);
}

function identify(state: SharedState, labels: Labels, id: number, retiring = false): void {
  state.identities.set(id, { labels, retiring });
  state.identityOf.set(hashLabels(labels), id);
}

function allocate(state: SharedState, n: number, prefix: string): void {
  const address = `198.18.0.${n}`;
  state.allocations.set(`node-${n}`, {
    nodeId: n,
    addresses: [address],
    tunnelAddress: address,
    prefixes: [prefix],
  });
}

/** Somebody who has local endpoints: they are made and removed by their numbers. */
export interface Locals {
  add(record: EndpointRecord): void;
  remove(id: number): void;
  readonly ids: readonly number[];
}

type Change = (r: Random, state: SharedState, locals: Locals) => void;

const selector = (r: Random): object => (r.chance(0.5) ? {} : { matchLabels: { 'user:app': r.pick(APPS) } });

const ports = (r: Random): object => {
  if (r.chance(0.6)) return {};
  const port = r.chance(0.4) ? 'http' : r.pick(['80', '8080', '443']);
  return { toPorts: [{ ports: [{ port, protocol: 'TCP' }] }] };
};

function peers(r: Random, to: 'from' | 'to'): object {
  switch (r.below(8)) {
    case 0:
      return {
        [`${to}Entities`]: [r.pick(['cluster', 'world', 'remote-node', 'host', 'all', 'kube-apiserver'])],
      };
    case 1:
      return { [`${to}CIDR`]: [r.pick(PREFIXES)] };
    case 2:
      return { [`${to}CIDRSet`]: [{ cidr: '10.0.0.0/8', except: [r.pick(PREFIXES.slice(1, 3))] }] };
    case 3:
      return { [`${to}Nodes`]: [{ matchLabels: { 'k8s:kubernetes.io/hostname': r.pick(REMOTE) } }] };
    case 4:
      return to === 'to'
        ? { toServices: [{ k8sService: { serviceName: 's', namespace: 'default' } }] }
        : { fromEndpoints: [{}] };
    default:
      return { [`${to}Endpoints`]: [selector(r)] };
  }
}

function spec(r: Random): object {
  if (r.chance(0.06)) return { nodeSelector: {}, ingress: [peers(r, 'from')] };
  const rules = Array.from({ length: 1 + r.below(3) }, () => {
    const ingress = r.chance(0.5);
    const name = (ingress ? 'ingress' : 'egress') + (r.chance(0.2) ? 'Deny' : '');
    const rule = { ...peers(r, ingress ? 'from' : 'to'), ...ports(r) };
    return [name, [rule]] as const;
  });
  const enforcement = r.chance(0.15) ? { enforcement: 'audit' } : {};
  return { endpointSelector: selector(r), ...Object.fromEntries(rules), ...enforcement };
}

/** What cannot be compiled has a name and a subject of its own: else it leaves the form before, which who starts now does not know. */
const BROKEN: object = {
  endpointSelector: { matchLabels: { 'user:app': 'd' } },
  egress: [{ toFQDNs: [{ matchName: 'x.example' }] }],
};

const setPolicy: Change = (r, state) => {
  const [name, body] = r.chance(0.05) ? ['broken', BROKEN] : [`p${r.below(4)}`, spec(r)];
  const isHost = 'nodeSelector' in body;
  const [kind, scope] = isHost ? ['ClusterPolicy', '_cluster'] : ['Policy', 'default'];
  const key = keys.policy(kind, scope, name);
  const metadata = isHost ? { name } : { name, namespace: 'default' };
  const document = { apiVersion: 'sluice.dev/v1', kind, metadata, spec: body };
  state.policies.set(key, {
    kind: kind,
    scope: scope,
    name,
    uid: 'u',
    revision: ++state.revision,
    document,
  });
};

const deletePolicy: Change = (r, state) => {
  const all = [...state.policies.keys()];
  if (all.length > 0) state.policies.delete(r.pick(all));
};

/** A number is given to a label set, and never to another one while somebody may know it. */
const setIdentity: Change = (r, state) => {
  const labels = labelsOf(r.pick(APPS));
  const present = state.identityOf.get(hashLabels(labels));
  const id = present ?? 300 + ++state.revision;
  identify(state, labels, id, present !== undefined && r.chance(0.3));
};

const deleteIdentity: Change = (r, state) => {
  const all = [...state.identities.keys()];
  if (all.length > 0) forgetIdentity(state, r.pick(all));
};

function forgetIdentity(state: SharedState, id: number): void {
  const before = state.identities.get(id);
  if (!before) return;
  state.identityOf.delete(hashLabels(before.labels));
  state.identities.delete(id);
}

const setEndpoint: Change = (r, state) => {
  const node = r.pick(['node-2', 'node-2', 'node-2', 'node-3', 'node-3', 'node-9']);
  const id = 1 + r.below(4);
  const host = r.pick([5, 6, 133]);
  const value: EndpointValue = {
    addresses: [r.chance(0.9) ? `198.18.${node === 'node-3' ? 67 : 66}.${host}` : '198.18.67.77'],
    identity: r.chance(0.1) ? 999 : r.pick([...state.identities.keys(), 999]),
    workload: { source: 'host', scope: 'default', name: 'r' },
    namedPorts: r.chance(0.4) ? [{ name: 'http', port: r.pick([80, 8080]), protocol: 'TCP' }] : [],
    state: r.chance(0.9) ? 'ready' : 'creating',
  };
  state.endpoints.set(keys.endpoint(node, id), { node, id, value });
};

/** One of an identity that nobody else has, with the labels that policies ask for. */
function newcomer(r: Random, state: SharedState, address: string): void {
  const identity = 300 + ++state.revision;
  const labels = makeLabels([
    ...labelsOf(r.pick(APPS)),
    { source: 'user', key: 'n', value: String(identity) },
  ]);
  identify(state, labels, identity);
  const id = 10 + r.below(3);
  const value: EndpointValue = {
    addresses: [address],
    identity,
    workload: { source: 'host', scope: 'default', name: 'n' },
    namedPorts: r.chance(0.4) ? [{ name: 'http', port: r.pick([80, 8080]), protocol: 'TCP' }] : [],
    state: 'ready',
  };
  state.endpoints.set(keys.endpoint('node-2', id), { node: 'node-2', id, value });
}

const FREE = '198.18.66.200';
const isNewcomer = (key: string): boolean => /\/node-2\/1\d$/.test(key);
const newcomers = (state: SharedState): string[] => [...state.endpoints.keys()].filter(isNewcomer);

/** A workload appears with an identity that nobody knew: one change to whoever is asked about its address. */
const comes: Change = (r, state) => {
  if (newcomers(state).length === 0) newcomer(r, state, FREE);
};

/** It goes, and its identity with it. */
const goes: Change = (r, state) => {
  const all = newcomers(state);
  if (all.length === 0) return;
  const key = r.pick(all);
  forgetIdentity(state, state.endpoints.get(key)!.value.identity);
  state.endpoints.delete(key);
};

/** Its address passes to another one, in one batch. */
const isSucceeded: Change = (r, state) => {
  if (newcomers(state).length === 0) return;
  for (const key of newcomers(state)) {
    forgetIdentity(state, state.endpoints.get(key)!.value.identity);
    state.endpoints.delete(key);
  }
  newcomer(r, state, FREE);
};

const deleteEndpoint: Change = (r, state) => {
  const all = [...state.endpoints.keys()];
  if (all.length > 0) state.endpoints.delete(r.pick(all));
};

const setAllocation: Change = (r, state) => {
  const n = 2 + r.below(2);
  if (r.chance(0.3)) state.allocations.delete(`node-${n}`);
  else allocate(state, n, r.pick([`198.18.${64 + n}.0/24`, `198.18.${64 + n}.128/25`]));
};

const setPool: Change = (r, state) => {
  if (r.chance(0.3)) state.pools.delete('q');
  else state.pools.set('q', { prefix: r.pick(['10.1.0.0/16', '198.18.66.0/24', 'no prefix']) } as never);
};

const setService: Change = (r, state) => {
  const name = r.pick(['default/s', 'default/kubernetes']);
  if (r.chance(0.3)) return void state.services.delete(name);
  const backends = r.pick([['198.19.0.7'], ['198.19.0.7', 'not an address'], ['198.18.0.2'], ['10.1.2.3']]);
  state.services.set(name, { labels: [], selector: null, backends, owner: 'api' } as never);
};

const setSettings: Change = (r, state) => {
  const { settings } = state;
  const other = [
    { mode: r.pick(['always', 'always', 'default', 'default', 'never'] as const) },
    { allowLocalHost: r.pick(['always', 'policy', 'auto'] as const) },
    { routing: r.pick(['tunnel', 'native'] as const) },
    { kubeApiserver: r.pick([[], ['198.19.0.7'], ['198.18.0.3', 'nobody']]) },
  ];
  state.settings = { ...settings, ...r.pick(other) };
};

const addLocal: Change = (r, _state, locals) => {
  const id = [1, 2, 3, 4].find((n) => !locals.ids.includes(n));
  if (id !== undefined) locals.add(recordOf(id, r.pick(APPS), r.chance(0.4) ? r.pick([80, 8080]) : null));
};

const removeLocal: Change = (r, _state, locals) => {
  if (locals.ids.length > 0) locals.remove(r.pick(locals.ids));
};

/** The record of an endpoint of this node. */
export function recordOf(id: number, app: string, http: number | null): EndpointRecord {
  return {
    version: 1,
    id,
    workload: { source: 'host', scope: 'default', name: `${app}${id}` },
    labels: labelsOf(app),
    namedPorts: http === null ? [] : [{ name: 'http', port: http, protocol: 'TCP' }],
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
  };
}

/** Everything that can change, by name; what happens more often stands more often. */
export const CHANGES: readonly (readonly [string, Change])[] = [
  ['policy', setPolicy],
  ['policy', setPolicy],
  ['policy', setPolicy],
  ['policy gone', deletePolicy],
  ['identity', setIdentity],
  ['identity', setIdentity],
  ['identity', setIdentity],
  ['identity gone', deleteIdentity],
  ['endpoint', setEndpoint],
  ['endpoint', setEndpoint],
  ['endpoint gone', deleteEndpoint],
  ['newcomer', comes],
  ['newcomer', comes],
  ['departure', goes],
  ['successor', isSucceeded],
  ['allocation', setAllocation],
  ['pool', setPool],
  ['service', setService],
  ['settings', setSettings],
  ['local', addLocal],
  ['local', addLocal],
  ['local gone', removeLocal],
];
