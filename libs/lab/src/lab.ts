import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClients, type Clients, type Role } from '@sluice/api';
import { remains, sweep } from './cleanup.js';
import { Daemon, logFile } from './daemon.js';
import { LabError } from './errors.js';
import { output, run, until, type Output } from './exec.js';
import { addNetns, ipIn } from './netns.js';
import { LabNode } from './node.js';
import { livingOwner, writeOwner } from './owner.js';
import { labPaths, programs, type LabPaths, type Programs } from './paths.js';
import * as net from './topology.js';
import { Workload } from './workload.js';

export interface LabOptions {
  readonly name: string;
  /** How many nodes; default 3. */
  readonly nodes?: number;
  readonly mode?: 'always' | 'default' | 'never';
  /** As `sluice init --pool`; default two pools of 64 nodes with 254 workloads each. */
  readonly pools?: readonly string[];
  /** How packets go between nodes; default tunnel. */
  readonly routing?: 'tunnel' | 'native';
  /** Of what IP version the nodes' addresses are, and so the tunnel between them; default both, with the tunnel over IPv4. */
  readonly underlay?: 4 | 6;
  /** Told what happens now. */
  readonly progress?: (step: string) => void;
}

/** A whole cluster on this machine: etcd, two control-plane replicas, and nodes. Disposing it removes everything. */
export class Lab implements AsyncDisposable {
  readonly nodes: readonly LabNode[];
  readonly etcd: Daemon;
  readonly replicas: readonly Daemon[];
  private readonly bridge: Daemon;
  private readonly clients = new Map<string, Clients>();

  private constructor(
    readonly options: LabOptions,
    readonly paths: LabPaths,
    private readonly programs: Programs,
  ) {
    const members = Array.from({ length: options.nodes ?? 3 }, (_, i) => net.nodeMember(i + 1));
    this.nodes = members.map((member) => new LabNode(member, paths, programs));
    const part = (name: string, command: readonly string[], hidden: readonly string[] = []) =>
      new Daemon({
        name,
        log: logFile(paths.logs, name),
        netns: this.controlNetns,
        cgroup: join(paths.cgroup, 'cp', name),
        hidden,
        command,
      });
    const { node } = programs;
    this.etcd = part('etcd', [
      'etcd',
      ...net.etcdArguments(join(paths.dir, 'etcd'), join(paths.config, 'pki')),
    ]);
    this.replicas = net.REPLICAS.map(({ name }) =>
      part(
        name,
        [node, programs.controlPlane, '--config', join(paths.config, `controlplane-${name}.json`)],
        [paths.nodes],
      ),
    );
    const pairs = net.REPLICAS.flatMap(({ name, address }) => [
      '--from',
      this.bridgeSocket(name),
      '--to',
      `${address}:${net.GRPC_PORT}`,
    ]);
    this.bridge = part('bridge', [node, programs.bridge, ...pairs]);
  }

  /** Builds a lab and waits until every part is ready. Nothing remains where that fails. Throws LabError. */
  static async start(options: LabOptions): Promise<Lab> {
    if (process.getuid?.() !== 0) throw new LabError('the lab needs root', 'sudo scripts/lab');
    const paths = labPaths(options.name);
    const owner = livingOwner(paths.owner);
    if (owner !== null)
      throw new LabError(
        `lab ${options.name} is up already (process ${owner.pid})`,
        'sluice lab down, or another --name',
      );
    if (remains(options.name).folders.length > 0) await sweep(paths);
    const lab = new Lab(options, paths, programs());
    try {
      await lab.up();
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
    return lab;
  }

  get controlNetns(): string {
    return join(this.paths.netns, net.CONTROL.name);
  }

  get cliConfig(): string {
    return join(this.paths.config, 'config.yaml');
  }

  /** Node number `n`, from 1. */
  node(n: number): LabNode {
    const found = this.nodes[n - 1];
    if (found === undefined) throw new LabError(`this lab has no node ${n}`);
    return found;
  }

  get workloads(): Workload[] {
    return this.nodes.flatMap((node) => [...node.workloads.values()]);
  }

  /** Clients of one replica for a role. */
  api(replica = 0, role: Extract<Role, 'viewer' | 'operator' | 'admin'> = 'admin'): Clients {
    const key = `${replica}/${role}`;
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const pki = (name: string) => readFileSync(join(this.paths.config, 'pki', name));
    const tls = { ca: pki('ca.crt'), cert: pki(`${role}.crt`), key: pki(`${role}.key`) };
    const name = net.REPLICAS[replica]?.name ?? `replica ${replica}`;
    const channel = { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name };
    const made = createClients(`unix://${this.bridgeSocket(name)}`, tls, { channel });
    this.clients.set(key, made);
    return made;
  }

  /** Runs the CLI with the lab's own configuration, whatever its exit code. */
  cli(
    args: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number } = {},
  ): Promise<Output> {
    return output(this.programs.node, [this.programs.cli, '--config', this.cliConfig, ...args], options);
  }

  /** Waits until this replica answers a call that needs the store. */
  async replicaReady(replica: number, timeoutMs = 20_000): Promise<void> {
    const daemon = this.replicas[replica];
    await until(
      `replica ${replica + 1} answers`,
      async () => {
        if (daemon?.alive !== true) return 'dead';
        await this.api(replica).cluster.getSettings({}, { timeoutMs: 1_000 });
        return 'ready';
      },
      timeoutMs,
      50,
    );
    daemon?.check();
  }

  /** Waits until etcd listens. */
  async etcdListens(): Promise<void> {
    const port = `:${net.ETCD_PORT.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
    await until(
      'etcd listens',
      () => {
        const { pid } = this.etcd;
        return pid === undefined ? 'dead' : readFileSync(`/proc/${pid}/net/tcp`, 'latin1').includes(port);
      },
      20_000,
      10,
    );
    this.etcd.check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const clients of this.clients.values()) clients.close();
    for (const node of this.nodes) node.close();
    await sweep(this.paths);
  }

  private bridgeSocket(replica: string): string {
    return join(this.paths.sockets, `${replica}.sock`);
  }

  private async up(): Promise<void> {
    const { progress = () => undefined } = this.options;
    const { paths } = this;
    for (const dir of [paths.dir, paths.netns, paths.config, paths.logs, paths.sockets, paths.nodes])
      mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeOwner(paths.owner);
    progress('network namespaces, certificates');
    await Promise.all([this.network(), this.init()]);
    await Promise.all(this.nodes.map((node) => node.prepare()));
    progress('etcd over mutual TLS');
    this.etcd.start();
    this.bridge.start();
    await this.etcdListens();
    for (const replica of this.replicas) replica.start();
    await this.initStore();
    progress('two control planes, an agent on each node');
    for (const node of this.nodes) node.agent.start();
    await Promise.all([
      ...this.replicas.map((_, i) => this.replicaReady(i)),
      ...this.nodes.map((node) => node.ready()),
    ]);
  }

  private async network(): Promise<void> {
    const members = [net.CONTROL, ...this.nodes.map((node) => node.member)];
    const file = (name: string) => join(this.paths.netns, name);
    await Promise.all(['underlay', ...members.map(({ name }) => name)].map((name) => addNetns(file(name))));
    await ipIn(file('underlay'), net.underlayLines(members, file));
    await Promise.all(members.map((member) => ipIn(file(member.name), net.memberLines(member))));
  }

  private async init(): Promise<void> {
    const places = join(this.paths.nodes, '{node}');
    await run(this.programs.node, [
      this.programs.cli,
      'init',
      ...['--dir', this.paths.config, '--cluster', this.paths.name],
      ...['--etcd', `https://${net.ETCD_ADDRESS}:${net.ETCD_PORT}`],
      ...net.REPLICAS.flatMap(({ name, address }) => [
        '--replica',
        `${name}=${address}:${net.REST_PORT}:${net.GRPC_PORT}`,
      ]),
      ...this.nodes.flatMap(({ member }) => [
        '--node',
        `${member.name}=${this.addressesOf(member).join(',')}`,
      ]),
      ...(this.options.pools ?? net.POOLS).flatMap((pool) => ['--pool', pool]),
      ...['--mode', this.options.mode ?? 'always', '--routing', this.options.routing ?? 'tunnel'],
      ...['--bpffs', `${places}/bpf`, '--state-dir', `${places}/state`, '--socket-dir', `${places}/run`],
      ...['--netns', this.controlNetns],
    ]);
  }

  private addressesOf({ addresses }: net.Member): string[] {
    const { underlay } = this.options;
    const wanted = (address: string) => underlay === undefined || address.includes(':') === (underlay === 6);
    return addresses.filter(wanted).map(net.withoutLength);
  }

  private async initStore(): Promise<void> {
    const { node, cli } = this.programs;
    const args = [`--net=${this.controlNetns}`, node, cli, 'init', 'store', '--dir', this.paths.config];
    await run('nsenter', args, { timeoutMs: 30_000 });
  }
}
