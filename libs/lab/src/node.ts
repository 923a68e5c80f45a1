import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError, createAgentClients, type AgentClients, type EndpointInfo } from '@sluice/api';
import { Daemon, logFile } from './daemon.js';
import { LabError } from './errors.js';
import { run, until } from './exec.js';
import { addNetns } from './netns.js';
import type { LabPaths, Programs } from './paths.js';
import { withoutLength, type Member } from './topology.js';
import { Workload, type WorkloadSpec } from './workload.js';

/** As docs/operations.md tells: what keeps an agent small. */
const AGENT_ENVIRONMENT = ['env', 'MALLOC_ARENA_MAX=1'];
const AGENT_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];

/** What an agent says of itself, as far as the lab reads it. */
export interface AgentState {
  readonly ready: boolean;
  readonly frozen: string | null;
  readonly realized: { readonly generation: number; readonly revision: number };
  readonly endpoints: { readonly total: number; readonly ready: number };
  readonly errors: readonly unknown[];
}

/** One node: a network namespace with an agent, a bpffs, a cgroup and its workloads. */
export class LabNode {
  readonly workloads = new Map<string, Workload>();
  readonly agent: Daemon;
  readonly dir: string;
  readonly cgroup: string;
  readonly bpffs: string;
  private open: AgentClients | null = null;

  constructor(
    readonly member: Member,
    private readonly paths: LabPaths,
    private readonly programs: Programs,
  ) {
    this.dir = join(paths.nodes, member.name);
    this.bpffs = join(this.dir, 'bpf');
    this.cgroup = join(paths.cgroup, member.name);
    this.agent = new Daemon({
      name: `agent of ${this.name}`,
      log: logFile(paths.logs, `agent-${this.name}`),
      netns: this.netns,
      cgroup: join(this.cgroup, 'agent'),
      command: [
        ...AGENT_ENVIRONMENT,
        programs.node,
        ...AGENT_FLAGS,
        programs.agent,
        '--config',
        join(paths.config, `agent-${this.name}.json`),
      ],
    });
  }

  get name(): string {
    return this.member.name;
  }

  get netns(): string {
    return join(this.paths.netns, this.name);
  }

  address(family: 4 | 6): string {
    const found = this.member.addresses.find((address) => address.includes(':') === (family === 6));
    if (found === undefined) throw new LabError(`${this.name} has no IPv${family} address`);
    return withoutLength(found);
  }

  /** Makes its folders and its bpffs. The network is there already. */
  async prepare(): Promise<void> {
    for (const dir of ['bpf', 'state', 'run', 'sockets'])
      mkdirSync(join(this.dir, dir), { recursive: true, mode: 0o700 });
    await run('mount', ['-t', 'bpf', `sluice-${this.paths.name}`, this.bpffs]);
  }

  get client(): AgentClients['agent'] {
    return (this.open ??= createAgentClients(join(this.dir, 'run', 'agent.sock'))).agent;
  }

  async state(): Promise<AgentState> {
    return JSON.parse((await this.client.status({}, { timeoutMs: 1_000 })).json) as AgentState;
  }

  /** Waits until the agent says that it is ready. Throws LabError with the end of its log where it dies. */
  async ready(timeoutMs = 20_000): Promise<AgentState> {
    return until(
      `agent of ${this.name} is ready`,
      async () => {
        if (!this.agent.alive) return 'dead' as const;
        const state = await this.state();
        return state.ready && state;
      },
      timeoutMs,
      50,
    ).then((state) => {
      if (state === 'dead') this.agent.check();
      return state as AgentState;
    });
  }

  /** A namespace with its server, without an endpoint yet. */
  async startWorkload(spec: WorkloadSpec): Promise<Workload> {
    const netns = join(this.paths.netns, `${this.name}-${spec.name}`);
    return this.start(spec, netns, null, () => addNetns(netns));
  }

  /** A server of the node itself, in its own network namespace. */
  startHost(spec: WorkloadSpec): Promise<Workload> {
    return this.start(spec, this.netns, this.member.addresses.map(withoutLength));
  }

  /** A server outside the cluster, in a namespace that is there already. */
  startOutside(spec: WorkloadSpec, netns: string, addresses: readonly string[]): Promise<Workload> {
    return this.start(spec, netns, addresses);
  }

  private async start(
    spec: WorkloadSpec,
    netns: string,
    fixed: readonly string[] | null,
    prepare: () => Promise<unknown> = async () => undefined,
  ): Promise<Workload> {
    if (this.workloads.has(spec.name)) throw new LabError(`${this.name} has a workload ${spec.name} already`);
    const control = join(this.dir, 'sockets', `${spec.name}.sock`);
    const ports = (spec.ports ?? []).flatMap((port) => ['--port', String(port)]);
    const { node, workload: program } = this.programs;
    const daemon = new Daemon({
      name: spec.name,
      log: logFile(this.paths.logs, `${this.name}-${spec.name}`),
      netns,
      cgroup: join(this.cgroup, `workload-${spec.name}`),
      command: [node, program, '--name', spec.name, '--control', control, ...ports],
    });
    await prepare();
    const workload = new Workload(spec, this, netns, control, daemon, fixed);
    this.workloads.set(spec.name, workload);
    await workload.start();
    return workload;
  }

  /** A running workload with a ready endpoint. */
  async addWorkload(spec: WorkloadSpec): Promise<Workload> {
    const workload = await this.startWorkload(spec);
    await workload.attach();
    return workload;
  }

  /** Asks the agent; while it is not able yet it is asked again. */
  async addEndpoint(workload: Workload, waitReady: boolean, timeoutMs = 20_000): Promise<EndpointInfo> {
    const { spec, netns } = workload;
    const labels = Object.entries(spec.labels ?? { app: spec.name });
    const request = {
      workloadSource: 'user',
      workloadScope: spec.scope ?? 'shop',
      workloadName: spec.name,
      labels: labels.map(([key, value]) => ({ source: spec.labelSource ?? 'user', key, value })),
      netns,
      interfaceName: 'eth0',
      ports: Object.entries(spec.namedPorts ?? {}).map(([name, port]) => ({ name, port, protocol: 'TCP' })),
      waitReady,
      timeoutSeconds: 15,
    };
    const answer = await until(
      `${spec.name} gets an endpoint`,
      () =>
        this.client.addEndpoint(request, { timeoutMs }).catch((error: unknown) => {
          if (error instanceof ApiError && error.code === 'UNAVAILABLE') throw error;
          return error as Error;
        }),
      timeoutMs,
      50,
    );
    if (answer instanceof Error)
      throw new LabError(`${spec.name}: ${answer.message}`, null, { cause: answer });
    return answer;
  }

  async deleteEndpoint({ spec }: Workload): Promise<void> {
    await this.client.deleteEndpoint({
      workloadSource: 'user',
      workloadScope: spec.scope ?? 'shop',
      workloadName: spec.name,
    });
  }

  forget(workload: Workload): void {
    this.workloads.delete(workload.name);
  }

  close(): void {
    this.open?.close();
    this.open = null;
  }
}
