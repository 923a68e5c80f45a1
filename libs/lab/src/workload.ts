import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { EndpointInfo } from '@sluice/api';
import type { Daemon } from './daemon.js';
import { LabError } from './errors.js';
import { until } from './exec.js';
import { removeNetns } from './netns.js';
import type { LabNode } from './node.js';
import type { Operation, ProbeResult, RequestOf, ResultOf, Transport } from './workload/protocol.js';

export interface WorkloadSpec {
  readonly name: string;
  /** Scope of the policies that select it. Default `shop`. */
  readonly scope?: string;
  /** Default: app=<name>. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the labels; default `user`. */
  readonly labelSource?: string;
  readonly ports?: readonly number[];
  /** What policies may call by name: name to TCP port. */
  readonly namedPorts?: Readonly<Record<string, number>>;
}

/** A namespace with a real server in it. */
export class Workload implements AsyncDisposable {
  private socket: Socket | null = null;
  private last = 0;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private info: EndpointInfo | null = null;

  constructor(
    readonly spec: WorkloadSpec,
    readonly node: LabNode,
    readonly netns: string,
    readonly control: string,
    readonly daemon: Daemon,
    /** Of a namespace that is not its own: a node's, or one outside. Then it never gets an endpoint. */
    readonly fixed: readonly string[] | null = null,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Its endpoint. Throws LabError while it has none. */
  get endpoint(): EndpointInfo {
    if (this.info === null) throw new LabError(`${this.name} has no endpoint yet`);
    return this.info;
  }

  address(family: 4 | 6): string {
    const found = (this.fixed ?? this.endpoint.addresses).find(
      (address) => address.includes(':') === (family === 6),
    );
    if (found === undefined) throw new LabError(`${this.name} has no IPv${family} address`);
    return found.split('/')[0] ?? found;
  }

  /** Starts its server; it has no interface yet. */
  async start(): Promise<void> {
    rmSync(this.control, { force: true });
    this.daemon.start();
    // The file is there a moment before somebody listens on it.
    const socket = await until<Socket | 'dead' | false>(`${this.name}'s server starts`, () => {
      if (!this.daemon.alive) return 'dead';
      return existsSync(this.control) && dial(this.control);
    });
    if (socket === 'dead') return this.daemon.check();
    socket.on('error', () => undefined);
    socket.on('close', () => this.lost());
    // readline tells its input's errors once more.
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => this.answered(line));
    this.socket = socket;
    await this.ask('ping', {});
  }

  /** Asks its node's agent for an endpoint, and waits until it is ready unless `waitReady` is false. */
  async attach(waitReady = true): Promise<EndpointInfo> {
    this.info = await this.node.addEndpoint(this, waitReady);
    return this.info;
  }

  /** Takes the endpoint away; the server lives on. */
  async detach(): Promise<void> {
    await this.node.deleteEndpoint(this);
    this.info = null;
  }

  /** One call of the control socket. Rejects with the workload's own words. */
  ask<O extends Operation>(op: O, request: RequestOf<O>): Promise<ResultOf<O>> {
    const { socket } = this;
    if (socket === null || socket.destroyed) return Promise.reject(new LabError(`${this.name} does not run`));
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, op, request })}\n`);
    });
  }

  /** Does one line sent to `peer` come back? */
  probe(
    peer: Workload,
    port: number,
    family: 4 | 6 = 4,
    transport: Transport = 'tcp',
    timeoutMs = 400,
  ): Promise<ProbeResult> {
    return this.ask('probe', { host: peer.address(family), port, transport, timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.info !== null) await this.detach().catch(() => undefined);
    this.socket?.destroy();
    await this.daemon.kill();
    if (this.fixed === null) await removeNetns(this.netns);
    this.node.forget(this);
  }

  private answered(line: string): void {
    const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string };
    const waiter = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiter?.resolve(result);
    else waiter?.reject(new LabError(`${this.name}: ${error}`));
  }

  private lost(): void {
    for (const waiter of this.waiting.values()) waiter.reject(new LabError(`${this.name} has ended`));
    this.waiting.clear();
  }
}

/** Resolves when somebody has accepted. */
async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}
