import type { Handlers } from './server.js';

const web = { source: 'k8s', key: 'app', value: 'web' };
const orders = { source: 'k8s', key: 'app', value: 'orders' };
export const document = {
  apiVersion: 'sluice.dev/v1',
  kind: 'Policy',
  metadata: { name: 'orders' },
  spec: { endpointSelector: { matchLabels: { app: 'orders' } }, ingress: [{}], egressDeny: [{}, {}] },
};
export const policy = {
  ref: { kind: 'Policy', scope: 'default', name: 'orders' },
  uid: 'u-1',
  revision: 42,
  documentJson: JSON.stringify(document),
  author: 'admin',
  time: '2026-11-23T10:00:00Z',
  owner: 'api',
  change: 'c-1',
};
export const flow = {
  time: '2026-11-23T10:00:00.000000001Z',
  node: 'n1',
  verdict: 'DROPPED',
  reason: 'policy-deny',
  hook: 'to_endpoint',
  direction: 'ingress',
  protocol: 'TCP',
  family: 4,
  source: {
    address: '198.18.64.2',
    port: 4000,
    identity: 256,
    labels: [web],
    workload: 'default/web',
    node: 'n1',
  },
  destination: {
    address: '198.18.65.2',
    port: 80,
    identity: 257,
    labels: [orders],
    workload: 'default/orders',
    node: 'n2',
  },
  rules: [{ policy: policy.ref, uid: 'u-1', rule: 'ingressDeny[0]', revision: 42 }],
};
export const revision = { generation: 1, revision: 50 };
export const endpoint = {
  node: 'n1',
  id: 7,
  addresses: ['198.18.64.2', 'fd00:198:0:40::2'],
  identity: 256,
  labels: [web],
  workloadSource: 'user',
  workloadScope: 'default',
  workloadName: 'web',
  state: 'ready',
};
export const node = {
  name: 'n1',
  nodeId: 1,
  addresses: ['198.18.0.1'],
  tunnelAddress: '198.18.0.1',
  prefixes: ['198.18.64.0/24'],
  alive: true,
  version: '0.1.0',
  kernel: '6.18.0',
  started: '2026-11-23T09:00:00Z',
  realized: { generation: 1, revision: 50 },
  connected: true,
};
export const service = {
  scope: 'shop',
  name: 'bank',
  labels: [{ source: 'user', key: 'tier', value: 'back' }],
  selector: {},
  backends: ['198.19.0.7', 'fd00:198::7'],
  owner: 'api',
};
export const settings = {
  mode: 'always',
  allowLocalHost: 'auto',
  routing: 'tunnel',
  tunnelPort: 8474,
  kubeApiserver: { values: ['198.19.0.6'] },
};
export const status = {
  clusterUuid: 'uuid-1',
  revision,
  version: '0.1.0',
  replica: 'cp-1',
  checks: [
    { name: 'store', level: 'ok', message: 'etcd answers', hint: '' },
    { name: 'nodes', level: 'warning', message: 'n3 is silent', hint: 'look at its agent' },
  ],
};

/** A control plane that answers every read. */
export const reads: Handlers = {
  Policies: {
    List: () => ({ policies: [policy], revision }),
    Validate: () => ({ results: [{ policy: policy.ref, action: 'configured' }], revision }),
  },
  Cluster: {
    ListEndpoints: () => ({ endpoints: [endpoint], revision }),
    ListIdentities: () => ({ identities: [{ id: 256, labels: [web], endpoints: 1 }], revision }),
    ListNodes: () => ({ nodes: [node], revision }),
    ListPools: () => ({
      pools: [{ name: 'v4', prefix: '198.18.64.0/18', nodePrefixLength: 24, used: 3, capacity: 64 }],
    }),
    GetSettings: () => settings,
    ListServices: () => ({ services: [service], revision }),
    Status: () => status,
  },
  Flows: { Observe: () => [{ flows: [flow] }] },
  NodeInspection: {
    DumpMap: () => ({
      rowsJson: ['{"address":"198.18.64.2","identity":256}', '{"address":"x","labels":["a"]}'],
    }),
  },
};
