import { reads } from './fixtures.js';
import { scratch, sluice } from './io.js';
import { makePki, serve } from './server.js';

/** Every reading command in every format, against a control plane in this process over mutual TLS. */
describe('output', () => {
  const dir = scratch();
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), reads);
    config = pki.config([server.address]);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  const ok = async (...args: string[]) => {
    const { code, out, err } = await sluice([...args, '--config', config]);
    expect([code, err]).toEqual([0, '']);
    return out;
  };

  it.each([
    [
      'get policies',
      `KIND     SCOPE     NAME     REVISION   RULES                     AUTHOR   APPLIED
Policy   default   orders   42         1 ingress, 2 egressDeny   admin    2026-11-23T10:00:00Z
`,
    ],
    [
      'get policy orders -o wide',
      `KIND     SCOPE     NAME     REVISION   RULES                     AUTHOR   APPLIED                OWNER   UID   CHANGE
Policy   default   orders   42         1 ingress, 2 egressDeny   admin    2026-11-23T10:00:00Z   api     u-1   c-1
`,
    ],
    [
      'endpoints',
      `NODE   ID   WORKLOAD      ADDRESSES                      IDENTITY   STATE
n1     7    default/web   198.18.64.2 fd00:198:0:40::2   256        ready
`,
    ],
    [
      'endpoints list -o wide',
      `NODE   ID   WORKLOAD      ADDRESSES                      IDENTITY   STATE   SOURCE   LABELS
n1     7    default/web   198.18.64.2 fd00:198:0:40::2   256        ready   user     k8s:app=web
`,
    ],
    [
      'services',
      `SCOPE   NAME   SELECTOR   BACKENDS                 OWNER
shop    bank   -          198.19.0.7 fd00:198::7   api
`,
    ],
    ['identities', `ID    ENDPOINTS   STATE    LABELS\n256   1           in use   k8s:app=web\n`],
    [
      'nodes',
      `NAME   STATE   REALIZED   ADDRESSES    PREFIXES         VERSION
n1     ready   1:50       198.18.0.1   198.18.64.0/24   0.1.0
`,
    ],
    ['pools', `NAME   PREFIX           PER NODE   USED\nv4     198.18.64.0/18   /24        3 of 64\n`],
    [
      'settings get',
      `SETTING            VALUE
mode               always
allow-local-host   auto
routing            tunnel
tunnel-port        8474
kube-apiserver     198.19.0.6
`,
    ],
    [
      'status',
      `cluster uuid-1  revision 1:50  replica cp-1  version 0.1.0
warning  nodes  n3 is silent
                -> look at its agent
ok       store  etcd answers
`,
    ],
    [
      'observe',
      '2026-11-23T10:00:00.000000001Z n1 default/web (198.18.64.2:4000) -> default/orders (198.18.65.2:80) TCP DROPPED ingress policy-deny [default/orders ingressDeny[0] @42]\n',
    ],
    [
      'observe -o wide',
      '2026-11-23T10:00:00.000000001Z n1 default/web (198.18.64.2:4000) -> default/orders (198.18.65.2:80) TCP DROPPED ingress policy-deny [default/orders ingressDeny[0] @42] {256 k8s:app=web -> 257 k8s:app=orders}\n',
    ],
    [
      'map dump n1 ipcache',
      `ADDRESS       IDENTITY   LABELS\n198.18.64.2   256        -\nx             -          ["a"]\n`,
    ],
    [
      'describe policy orders',
      `Policy:    Policy default/orders
UID:       u-1
Revision:  42
Author:    admin
Applied:   2026-11-23T10:00:00Z
Owner:     api
Change:    c-1
Document:
  apiVersion: sluice.dev/v1
  kind: Policy
  metadata:
    name: orders
  spec:
    endpointSelector:
      matchLabels:
        app: orders
    ingress:
      - {}
    egressDeny:
      - {}
      - {}
`,
    ],
    [
      'describe endpoint fd00:198:0:40::2',
      `Endpoint:   n1/7
Workload:   default/web (user)
State:      ready
Identity:   256
Addresses:  198.18.64.2
            fd00:198:0:40::2
Labels:     k8s:app=web
`,
    ],
    [
      'describe identity 256',
      `Identity:   256
State:      in use
Labels:     k8s:app=web
Endpoints:  n1/7 default/web 198.18.64.2 fd00:198:0:40::2
`,
    ],
    [
      'describe node n1',
      `Node:       n1 (number 1)
Alive:      yes
Stream:     connected
Realized:   1:50 (the store is at 1:50)
Errors:     -
Addresses:  198.18.0.1
Tunnel:     198.18.0.1
Prefixes:   198.18.64.0/24
Version:    0.1.0
Kernel:     6.18.0
Started:    2026-11-23T09:00:00Z
Endpoints:  7 default/web ready
`,
    ],
  ])('%s', async (line, expected) => {
    expect(await ok(...line.split(' '))).toBe(expected);
  });

  it.each([
    ['get policies', 'policies'],
    ['endpoints', 'endpoints'],
    ['identities', 'identities'],
    ['nodes', 'nodes'],
    ['pools', 'pools'],
    ['services', 'services'],
    ['status', 'checks'],
  ])('%s as JSON and YAML say the same', async (line, list) => {
    const json = JSON.parse(await ok(...line.split(' '), '-o', 'json')) as Record<string, unknown[]>;
    const { parse } = await import('yaml');
    expect(json[list]?.length).toBeGreaterThan(0);
    expect(parse(await ok(...line.split(' '), '-o', 'yaml'))).toEqual(json);
  });

  it('gives a policy with its document, not its text', async () => {
    const json = JSON.parse(await ok('get', 'policy', 'Policy', 'default/orders', '-o', 'json')) as object;
    expect(json).toMatchObject({ revision: 42, document: { kind: 'Policy', metadata: { name: 'orders' } } });
  });

  it('gives flows as JSON lines and YAML documents', async () => {
    const lines = (await ok('observe', '-o', 'json')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { node: string }).node)).toEqual(['n1']);
    expect(await ok('observe', '-o', 'yaml')).toMatch(
      /^---\n(.*\n)*time: 2026-11-23T10:00:00.000000001Z\nnode: n1\n/,
    );
  });

  it('gives map entries as JSON', async () => {
    expect(JSON.parse(await ok('map', 'dump', 'n1', 'ipcache', '-o', 'json'))).toEqual([
      { address: '198.18.64.2', identity: 256 },
      { address: 'x', labels: ['a'] },
    ]);
  });

  it('shows control characters of others as question marks', async () => {
    const { formatTable } = await import('../src/table.js');
    const columns = [{ title: 'NAME', value: (row: string) => row }];
    expect(formatTable(['a\u001b[2Jb'], columns, false)).toBe('NAME\na?[2Jb\n');
  });
});
