import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentClients, createAgentClients } from '@sluice/api';
import { cgroupRoot, checkoutRoot, Daemon, type LabNode, Workload } from '@sluice/lab';
import { type ClaimValue, connectStore, keys, type RealizedValue, type Store } from '@sluice/store';
import { startEtcd, type TestEtcd } from '@sluice/store/testing/etcd';
import { TestNode, Underlay, until } from '../../../apps/agent/test/world.js';

/** Of a call or a wait that passes; times SLUICE_PATIENCE where it is `until` that waits. */
const LONG_MS = 30_000;
const ETCD_PORT = 23790;
export type Routing = 'tunnel' | 'native';
export const PORTS = { allowed: 8080, other: 9090 } as const;

/** In a workload: a datagram each 40 ms to an echo server; at SIGTERM it waits for what is under way and says what came back. */
const DATAGRAMS = `const s=require('node:dgram').createSocket(process.argv[1].includes(':')?'udp6':'udp4');let sent=0;const got=new Set();
s.on('message',m=>{if(got.size===0)console.log('answered');got.add(m.toString())});
s.connect(+process.argv[2],process.argv[1],()=>{const t=setInterval(()=>s.send(String(sent++)),40);
process.on('SIGTERM',()=>{clearInterval(t);const end=Date.now()+10000;setInterval(()=>{if(got.size===sent||Date.now()>end){
console.log(JSON.stringify({sent,answered:got.size}));process.exit(0)}},20)})})`;

/** Datagrams that never stop, from a workload to a server. */
export interface Stream {
  /** Resolves when there have been answers. */
  answered(): Promise<void>;
  /** Ends it; what was sent and what came back. */
  end(): Promise<{ readonly sent: number; readonly answered: number }>;
}

/** Two nodes with real agents over a real store, all of it in namespaces; this process stands in for the control plane. */
export class Cluster implements AsyncDisposable {
  readonly workloads = new Map<string, Workload>();
  private readonly clients = new Map<TestNode, AgentClients>();
  private readonly underlay = new Underlay();
  readonly nodes: readonly [TestNode, TestNode] = [
    new TestNode(this.underlay, 1),
    new TestNode(this.underlay, 2),
  ];
  private assigner: NodeJS.Timeout | null = null;
  private nextIdentity = 256;

  private constructor(
    private readonly etcd: TestEtcd,
    private readonly store: Store,
  ) {}

  /** Starts it; nothing remains where that fails. */
  static async start(routing: Routing): Promise<Cluster> {
    const etcd = await startEtcd();
    const cluster = new Cluster(etcd, connectStore({ endpoints: etcd.endpoints, tls: etcd.tls }));
    try {
      await cluster.fillStore(routing);
      cluster.assigner = setInterval(() => void cluster.assignClaims().catch(() => undefined), 100);
      const start = async (node: TestNode): Promise<void> => {
        await node.relay(ETCD_PORT, () => ({ host: etcd.address, port: etcd.port }));
        await cluster.startAgent(node);
      };
      await Promise.all(cluster.nodes.map(start));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the agent of a node and waits until it has realized what the store says. */
  async startAgent(node: TestNode): Promise<void> {
    const folder = join(node.folder, 'tls');
    mkdirSync(folder, { recursive: true });
    for (const part of ['ca', 'cert', 'key'] as const) writeFileSync(join(folder, part), this.etcd.tls[part]);
    const tls = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
    const endpoints = [`https://127.0.0.1:${ETCD_PORT}`];
    await node.startAgent({ etcd: { endpoints, tls }, controlPlanes: [], tls });
    this.clients.get(node)?.close();
    this.clients.set(node, createAgentClients(node.socket));
    await until(`the agent of ${node.name}`, async () => (await this.status(node)).ready, LONG_MS);
  }

  async status(
    node: TestNode,
  ): Promise<{ readonly ready: boolean; readonly endpoints: { readonly ready: number } }> {
    return JSON.parse((await this.client(node).agent.status({})).json) as never;
  }

  /** A server with an endpoint on a node, ready; its label is `app=<app>`. */
  async add(name: string, app: string, node: TestNode): Promise<Workload> {
    const netns = node.workload(name);
    const info = await this.client(node).agent.addEndpoint(
      {
        workloadSource: 'host',
        workloadName: name,
        labels: [{ source: 'user', key: 'app', value: app }],
        netns,
        waitReady: true,
        timeoutSeconds: LONG_MS / 1000,
      },
      { timeoutMs: LONG_MS },
    );
    const control = join(node.folder, `${name}.sock`);
    const program = join(checkoutRoot(), 'libs/lab/dist/workload/main.js');
    const ports = Object.values(PORTS).flatMap((port) => ['--port', String(port)]);
    const daemon = new Daemon({
      name,
      log: join(node.folder, `${name}.log`),
      netns,
      cgroup: join(cgroupRoot(), 'sluice-vm', name),
      command: [process.execPath, program, '--name', name, '--control', control, ...ports],
    });
    // Its node and its endpoint are this cluster's business.
    const nobody = { forget: () => undefined } as unknown as LabNode;
    const workload = new Workload({ name }, nobody, netns, control, daemon, info.addresses);
    this.workloads.set(name, workload);
    await workload.start();
    return workload;
  }

  /** Puts a policy, or takes it away, and waits until both nodes enforce that. */
  async policy(name: string, spec: object | null): Promise<void> {
    const key = keys.policy('Policy', 'default', name);
    const metadata = { name, namespace: 'default' };
    const document = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata, spec };
    const about = { author: 'test', time: new Date().toISOString(), change: 'c', owner: 'api' };
    const revision =
      spec === null
        ? (await this.store.txn([], [{ delete: key }])).revision
        : await this.store.put(key, { uid: name, document, ...about });
    for (const { name: node } of this.nodes) {
      await until(
        `revision ${revision} on ${node}`,
        async () =>
          ((await this.store.get<RealizedValue>(keys.realized(node)))?.value.revision ?? 0) >= revision,
        LONG_MS,
      );
    }
  }

  /** Sends datagrams from a workload to the allowed port of another one until it is ended. */
  stream(from: string, to: string, family: 4 | 6): Stream {
    const address = this.workloads.get(to)!.address(family);
    const child = this.nodes[0].run(
      this.workloads.get(from)!.netns,
      DATAGRAMS,
      address,
      String(PORTS.allowed),
    );
    let text = '';
    child.stdout!.on('data', (data: Buffer) => (text += data.toString()));
    return {
      answered: () => until('answers', () => text.includes('answered'), LONG_MS).then(() => undefined),
      end: async () => {
        child.kill('SIGTERM');
        const line = await until('the sums', () => /^\{.*\}$/m.exec(text)?.[0], LONG_MS);
        return JSON.parse(line) as { sent: number; answered: number };
      },
    };
  }

  /** Numbers of the programs on a hook of an interface in a node's namespace, as `tc` tells them. */
  filters(node: TestNode, device: string, direction: 'ingress' | 'egress'): number[] {
    const args = [`--net=/run/netns/${node.nodeNetns}`, 'tc', 'filter', 'show', 'dev', device, direction];
    const text = execFileSync('nsenter', args, { encoding: 'utf8' });
    return [...text.matchAll(/\bdirect-action\b.* id (\d+)/g)].map(([, id]) => Number(id));
  }

  /** Packets that the programs of a node have counted so far, by reason; 0 is none: they passed. */
  async counted(node: TestNode): Promise<Readonly<Record<number, number>>> {
    const { rowsJson } = await this.client(node).agent.dumpMap({ map: 'metrics', limit: 1000 });
    const counts: Record<number, number> = {};
    for (const row of rowsJson) {
      const { reason, packets } = JSON.parse(row) as { reason: number; packets: string };
      counts[reason] = (counts[reason] ?? 0) + Number(packets);
    }
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.assigner) clearInterval(this.assigner);
    for (const workload of this.workloads.values()) await workload.daemon.kill();
    for (const clients of this.clients.values()) clients.close();
    for (const node of this.nodes) await node.close();
    this.underlay.close();
    await this.store[Symbol.asyncDispose]();
    await this.etcd.stop();
  }

  private client(node: TestNode): AgentClients {
    return this.clients.get(node)!;
  }

  private async fillStore(routing: Routing): Promise<void> {
    const { store } = this;
    await store.put(keys.cluster(), { uuid: '00000000-0000-4000-8000-000000000001', generation: 1 });
    await store.put(keys.settings(), { mode: 'always', allowLocalHost: 'policy', routing, tunnelPort: 8473 });
    for (const n of [1, 2]) {
      await store.put(keys.allocation(`node-${n}`), {
        nodeId: n,
        addresses: [`198.18.0.${n}`, `fd00:198:0:1::${n}`],
        tunnelAddress: `198.18.0.${n}`,
        prefixes: [`198.18.${63 + n}.0/24`, `fd00:198:0:${39 + n}::/64`],
      });
    }
  }

  /** As the control plane does: gives each claimed label set a number. */
  private async assignClaims(): Promise<void> {
    for (const { key, value } of (await this.store.list<ClaimValue>(keys.claims())).entries) {
      const hash = key.split('/').at(-1)!;
      if (await this.store.get(keys.identityOf(hash))) continue;
      const identity = this.nextIdentity++;
      await this.store.txn(
        [{ key: keys.identityOf(hash), absent: true }],
        [
          { put: keys.identityOf(hash), value: { identity } },
          { put: keys.identity(identity), value: { labels: value.labels, retiring: false } },
        ],
      );
    }
  }
}
