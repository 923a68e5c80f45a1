import { createAgentClients, type AgentClients, type EndpointInfo } from '@sluice/api';
import { hashLabels, type Labels } from '@sluice/labels';
import { connectStore, keys, type ClaimValue, type RealizedValue, type Store } from '@sluice/store';
import { startEtcd, type TestEtcd } from '@sluice/store/testing/etcd';
import { jest } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestNode, Underlay, until } from './world.js';

jest.setTimeout(90_000);

const NODE = 'node-1';
const ETCD_PORT = 23790;
let etcd: TestEtcd;
let store: Store;
let node: TestNode;
let other: TestNode;
let underlay: Underlay;
let otherClients: AgentClients;
let clients: AgentClients;
let assigner: NodeJS.Timeout;
let nextIdentity = 256;
const workloads: Record<string, { netns: string; info: EndpointInfo }> = {};

/** Stands in for the control plane: gives each claimed label set a number. */
async function assignClaims(): Promise<void> {
  for (const { key, value } of (await store.list<ClaimValue>(keys.claims())).entries) {
    const hash = key.split('/').at(-1)!;
    if (await store.get(keys.identityOf(hash))) continue;
    const n = nextIdentity++;
    await store.txn(
      [{ key: keys.identityOf(hash), absent: true }],
      [
        { put: keys.identityOf(hash), value: { identity: n } },
        { put: keys.identity(n), value: { labels: value.labels, retiring: false } },
      ],
    );
  }
}

async function startAgent(on: TestNode = node): Promise<void> {
  const folder = join(on.folder, 'tls');
  mkdirSync(folder, { recursive: true });
  for (const part of ['ca', 'cert', 'key'] as const) writeFileSync(join(folder, part), etcd.tls[part]);
  const tls = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
  await on.startAgent({
    etcd: { endpoints: [`https://127.0.0.1:${ETCD_PORT}`], tls },
    controlPlanes: [],
    tls,
  });
}

const policy = (spec: object): object => ({
  apiVersion: 'sluice.dev/v1',
  kind: 'Policy',
  metadata: { name: 'db', namespace: 'default' },
  spec,
});

async function realized(revision: number): Promise<void> {
  for (const name of ['node-1', 'node-2']) {
    await until(`revision ${revision} in the kernel of ${name}`, async () => {
      const entry = await store.get<RealizedValue>(keys.realized(name));
      return entry !== null && entry.value.revision >= revision;
    });
  }
}

async function apply(name: string, spec: object): Promise<void> {
  const value = {
    uid: name,
    document: { ...policy(spec), metadata: { name, namespace: 'default' } },
    author: 'test',
    time: new Date().toISOString(),
    change: 'c',
    owner: 'api',
  };
  await realized(await store.put(keys.policy('Policy', 'default', name), value));
}

async function withdraw(name: string): Promise<void> {
  // The revision of this very change: others move the store on meanwhile, and agents realize what lies under shared/ only.
  const { revision } = await store.txn([], [{ delete: keys.policy('Policy', 'default', name) }]);
  await realized(revision);
}

async function addWorkload(name: string, app = name, on: TestNode = node): Promise<void> {
  const netns = on.workload(name);
  const info = await (on === node ? clients : otherClients).agent.addEndpoint(
    {
      workloadSource: 'host',
      workloadName: name,
      labels: [{ source: 'user', key: 'app', value: app }],
      netns,
      waitReady: true,
    },
    { timeoutMs: 15_000 },
  );
  workloads[name] = { netns, info };
}

const address = (name: string, family: 4 | 6 = 4): string =>
  workloads[name]!.info.addresses[family === 4 ? 0 : 1]!;
const reaches = (from: string, to: string, port: number, family: 4 | 6 = 4): Promise<boolean> =>
  node.reaches(workloads[from]!.netns, address(to, family), port);

const ALLOW = {
  endpointSelector: { matchLabels: { 'user:app': 'db' } },
  ingress: [
    {
      fromEndpoints: [{ matchLabels: { 'user:app': 'web' } }],
      toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }],
    },
  ],
};
const ALLOW_OUT = {
  endpointSelector: { matchLabels: { 'user:app': 'web' } },
  egress: [{ toEndpoints: [{ matchLabels: { 'user:app': 'db' } }] }],
};

beforeAll(async () => {
  etcd = await startEtcd();
  store = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
  await store.put(keys.cluster(), { uuid: '00000000-0000-4000-8000-000000000001', generation: 1 });
  await store.put(keys.settings(), {
    mode: 'always',
    allowLocalHost: 'policy',
    routing: 'tunnel',
    tunnelPort: 8473,
  });
  for (const n of [1, 2]) {
    await store.put(keys.allocation(`node-${n}`), {
      nodeId: n,
      addresses: [`198.18.0.${n}`, `fd00:198:0:1::${n}`],
      tunnelAddress: `198.18.0.${n}`,
      prefixes: [`198.18.${63 + n}.0/24`, `fd00:198:0:${39 + n}::/64`],
    });
  }
  underlay = new Underlay();
  node = new TestNode(underlay, 1);
  other = new TestNode(underlay, 2);
  for (const each of [node, other]) {
    await each.relay(ETCD_PORT, () => ({ host: etcd.address, port: etcd.port }));
    await startAgent(each);
  }
  clients = createAgentClients(node.socket);
  otherClients = createAgentClients(other.socket);
  assigner = setInterval(() => void assignClaims().catch(() => undefined), 50);
});
afterAll(async () => {
  clearInterval(assigner);
  if (process.env['SLUICE_TEST_DEBUG']) {
    console.log(node?.output, (await clients?.agent.status({}).catch(() => null))?.json);
  }
  clients?.close();
  otherClients?.close();
  await node?.close();
  await other?.close();
  underlay?.close();
  await store?.[Symbol.asyncDispose]();
  await etcd?.stop();
});

describe('an agent', () => {
  it('brings up endpoints that are ready, named, and shut', async () => {
    for (const name of ['web', 'db', 'stranger']) await addWorkload(name);
    expect(workloads['web']!.info).toMatchObject({ state: 'ready', workloadScope: 'default', mtu: 1450 });
    await node.echo(workloads['db']!.netns, 8080);
    await node.echo(workloads['db']!.netns, 9090);
    expect(await reaches('web', 'db', 8080)).toBe(false);
    expect(await reaches('web', 'db', 8080, 6)).toBe(false);
    const published = await until('the endpoint in the store', () =>
      store.get(keys.endpoint(NODE, workloads['web']!.info.id)),
    );
    expect(published.value).toMatchObject({ state: 'ready', identity: workloads['web']!.info.identity });
  });

  it('lets through what a policy names, and nothing else, and says which rule did', async () => {
    await apply('out', ALLOW_OUT);
    expect(await reaches('web', 'db', 8080)).toBe(false);
    await apply('db', ALLOW);
    expect(await reaches('web', 'db', 8080)).toBe(true);
    expect(await reaches('web', 'db', 8080, 6)).toBe(true);
    expect(await reaches('web', 'db', 9090)).toBe(false);
    expect(await reaches('stranger', 'db', 8080)).toBe(false);
    const flows = await clients.agent.observe({ last: 500 }).toArray();
    const all = (
      flows as {
        flows: {
          verdict: string;
          destination: { port: number; workload: string };
          source: { workload: string };
          direction: string;
          rules: { rule: string; revision: number; policy: { name: string } }[];
          defaultReason: string;
        }[];
      }[]
    ).flatMap((batch) => batch.flows);
    const ingress = all.find(
      (flow) =>
        flow.verdict === 'FORWARDED' &&
        flow.direction === 'ingress' &&
        flow.destination.workload === 'default/db',
    );
    expect(ingress).toMatchObject({
      source: { workload: 'default/web' },
      rules: [{ rule: 'ingress[0]', policy: { name: 'db' } }],
    });
    const revision = (await store.get(keys.policy('Policy', 'default', 'db')))!.modRevision;
    expect(ingress!.rules[0]!.revision).toBe(revision);
    expect(
      all.find((flow) => flow.verdict === 'DROPPED' && flow.source.workload === 'default/stranger'),
    ).toMatchObject({ defaultReason: 'default-deny' });
  });

  it('carries identities to another node and back', async () => {
    await addWorkload('far-web', 'web', other);
    await addWorkload('far-stranger', 'stranger', other);
    await node.echo(workloads['far-web']!.netns, 8080);
    await until('the far workload known here', () => reaches('far-web', 'db', 8080));
    expect(await reaches('far-web', 'db', 8080, 6)).toBe(true);
    expect(await reaches('far-web', 'db', 9090)).toBe(false);
    expect(await reaches('far-stranger', 'db', 8080)).toBe(false);
    expect(await reaches('db', 'far-web', 8080)).toBe(false);
  });

  it('judges the outside by prefixes, and hosts by their mark', async () => {
    await node.echo(underlay.netns, 80);
    await node.echo(node.nodeNetns, 8081);
    const web = workloads['web']!.netns;
    expect(await node.reaches(web, '198.18.0.254', 80)).toBe(false);
    await apply('world', {
      endpointSelector: { matchLabels: { 'user:app': 'web' } },
      egress: [{ toCIDR: ['198.18.0.128/25', 'fd00:198:0:1::/64'] }],
    });
    expect(await node.reaches(web, '198.18.0.254', 80)).toBe(true);
    expect(await node.reaches(web, 'fd00:198:0:1::254', 80)).toBe(true);
    expect(await node.reaches(web, '198.18.0.1', 8081)).toBe(false);
    expect(await node.reaches(node.nodeNetns, address('db'), 8080)).toBe(false);
    await apply('host', {
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      ingress: [{ fromEntities: ['host'] }],
    });
    expect(await node.reaches(node.nodeNetns, address('db'), 8080)).toBe(true);
    expect(await node.reaches(node.nodeNetns, address('db', 6), 8080)).toBe(true);
    expect(await node.reaches(other.nodeNetns, address('db'), 8080)).toBe(false);
    await withdraw('world');
    await withdraw('host');
    expect(await node.reaches(web, '198.18.0.254', 80)).toBe(false);
  });

  it('dies without anybody noticing, and its successor changes nothing on the way', async () => {
    const four = node.stream(workloads['web']!.netns, address('db'), 8080);
    const six = node.stream(workloads['web']!.netns, address('db', 6), 8080);
    await until('both streams', () => four.count() > 5 && six.count() > 5);
    await node.stopAgent('SIGKILL');
    const before = [four.count(), six.count()];
    expect(await reaches('web', 'db', 8080)).toBe(true);
    expect(await reaches('web', 'db', 9090)).toBe(false);
    await until(
      'traffic without an agent',
      () => four.count() > before[0]! + 10 && six.count() > before[1]! + 10,
    );
    const epochs = await (async () => {
      await startAgent();
      const status = await until('a realized revision', async () => {
        const { json } = await clients.agent.status({});
        const parsed = JSON.parse(json) as {
          ready: boolean;
          datapath: { epoch: string };
          endpoints: { ready: number };
        };
        return parsed.ready && parsed.endpoints.ready === 3 ? parsed : null;
      });
      return status.datapath.epoch;
    })();
    expect(Number(epochs)).toBeGreaterThan(0);
    const after = [four.count(), six.count()];
    await until(
      'traffic with the new agent',
      () => four.count() > after[0]! + 10 && six.count() > after[1]! + 10,
    );
    expect([four.failed(), six.failed()]).toEqual(['', '']);
    expect((await clients.agent.listEndpoints({})).endpoints.map((e) => e.workloadName).sort()).toEqual([
      'db',
      'stranger',
      'web',
    ]);
    expect(await reaches('stranger', 'db', 8080)).toBe(false);
  });

  it('dumps connections with both verdicts', async () => {
    const { rowsJson } = await clients.agent.dumpMap({ map: 'ct', limit: 1000 });
    const rows = rowsJson.map(
      (row) => JSON.parse(row) as { from: { address: string }; to: { address: string; port: number } },
    );
    for (const family of [4, 6] as const) {
      const row = rows.find(
        ({ from, to }) =>
          from.address === address('web', family) && to.address === address('db', family) && to.port === 8080,
      );
      expect(row).toMatchObject({
        protocol: 'TCP',
        egress: { verdict: 'allow' },
        ingress: { verdict: 'allow' },
      });
    }
  });

  it('cuts an established connection when the policy is withdrawn', async () => {
    const four = node.stream(workloads['web']!.netns, address('db'), 8080);
    await until('the stream', () => four.count() > 5);
    await withdraw('db');
    const seen = four.count();
    expect(await reaches('web', 'db', 8080)).toBe(false);
    expect(four.count() - seen).toBeLessThanOrEqual(1);
    await apply('db', ALLOW);
    expect(await reaches('web', 'db', 8080)).toBe(true);
  });

  it('goes on without the store, and converges when it is back', async () => {
    await etcd.kill();
    expect(await reaches('web', 'db', 8080)).toBe(true);
    expect(await reaches('stranger', 'db', 8080)).toBe(false);
    const pending = clients.agent.addEndpoint({
      workloadSource: 'host',
      workloadName: 'late',
      labels: [{ source: 'user', key: 'app', value: 'web' }],
      netns: node.workload('late'),
      waitReady: false,
    });
    workloads['late'] = { netns: `/run/netns/${node.id}-late`, info: await pending };
    // Its label set has a number here already: nobody need be asked.
    await until(
      'the late endpoint',
      async () =>
        (await clients.agent.listEndpoints({})).endpoints.find((e) => e.workloadName === 'late')?.state ===
        'ready',
      30_000,
    );
    expect(await reaches('late', 'db', 8080)).toBe(true);
    await etcd.restart();
    const key = keys.endpoint('node-1', workloads['late'].info.id);
    await until('the store knows it', async () => (await store.get(key)) !== null, 30_000);
  });

  it('freezes when the store is another, and keeps what it has', async () => {
    const cluster = (await store.get(keys.cluster()))!.value;
    await store.put(keys.cluster(), { uuid: '00000000-0000-4000-8000-00000000dead', generation: 1 });
    const frozen = await until(
      'the freeze',
      async () => (JSON.parse((await clients.agent.status({})).json) as { frozen: string | null }).frozen,
      20_000,
    );
    expect(frozen).toMatch(/another store/);
    await store.delete(keys.policy('Policy', 'default', 'db'));
    expect(await reaches('web', 'db', 8080)).toBe(true);
    await store.put(keys.cluster(), cluster);
    await until(
      'the thaw',
      async () =>
        (JSON.parse((await clients.agent.status({})).json) as { frozen: string | null }).frozen === null,
      20_000,
    );
    await until('the withdrawal', async () => !(await reaches('web', 'db', 8080)));
  });

  it('refuses what it should', async () => {
    const add = (over: object) =>
      clients.agent.addEndpoint({
        workloadSource: 'host',
        workloadName: 'x',
        netns: workloads['web']!.netns,
        ...over,
      });
    await expect(
      add({ labels: [{ source: 'user', key: 'io.kubernetes.pod.namespace', value: 'other' }] }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(add({ labels: [{ source: 'reserved', key: 'host', value: '' }] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(add({ interfaceName: 'eth0;reboot' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(add({ netns: 'relative' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(add({ addresses: ['198.18.200.1'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(add({ addresses: [address('db')] })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(add({ netns: '/run/netns/there-is-none' })).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(clients.agent.dumpMap({ map: 'nonsense' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect((await clients.agent.listEndpoints({})).endpoints.map((e) => e.workloadName)).not.toContain('x');
  });

  it('removes endpoints and all that was theirs', async () => {
    for (const { id } of (await clients.agent.listEndpoints({})).endpoints)
      await clients.agent.deleteEndpoint({ id });
    await clients.agent.deleteEndpoint({ workloadSource: 'host', workloadName: 'web' });
    const rows = async (map: string) => (await clients.agent.dumpMap({ map })).rowsJson;
    for (const map of ['endpoints', 'interfaces']) expect(await rows(map)).toEqual([]);
    await until('classes gone', async () => (await rows('classes')).length === 0);
    await until('claims gone', async () => (await store.list(keys.claims(NODE))).entries.length === 0);
    await until('endpoints gone', async () => (await store.list(keys.endpoints(NODE))).entries.length === 0);
    const hash = hashLabels([{ source: 'user', key: 'app', value: 'x' }] as Labels);
    expect(hash).not.toBe('');
  });
});
