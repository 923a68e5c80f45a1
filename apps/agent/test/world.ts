import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentConfig } from '@sluice/api';

/** SLUICE_PATIENCE: by how much a processor is slower than one that these times were meant for (test/vm emulates one). */
const PATIENCE = Number(process.env['SLUICE_PATIENCE'] ?? 1);

/** Waits for a condition, looking every 20 ms; fails with `what` after the deadline. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  timeoutMs = 15_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs * PATIENCE;
  let last: unknown = null;
  for (;;) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: last });
    await sleep(20);
  }
}

const sh = (file: string, ...args: string[]): string => execFileSync(file, args, { encoding: 'utf8' });
const inside = (netns: string, ...args: string[]): string =>
  sh('nsenter', `--net=/run/netns/${netns}`, ...args);

/** In a namespace: takes connections on TCP and hands them to a unix socket, which knows no namespaces. */
const RELAY = `const n=require('node:net');n.createServer(a=>{const b=n.connect(process.argv[2]);
for(const[x,y]of[[a,b],[b,a]]){x.pipe(y);x.on('error',()=>y.destroy());x.on('close',()=>y.destroy())}}).listen(+process.argv[1],'127.0.0.1')`;

/** In a workload: a TCP server on v4 and v6 that echoes. */
const ECHO = `const n=require('node:net');n.createServer(s=>{s.on('error',()=>{});s.pipe(s)}).listen(+process.argv[1],'::',()=>console.log('up'))`;

/** In a workload: sends a number each 20 ms on one connection, prints what comes back. */
const STREAM = `const n=require('node:net');const s=n.connect(+process.argv[2],process.argv[1]);let i=0;s.on('error',e=>{console.log('error',e.code);process.exit(1)});
s.on('data',d=>process.stdout.write(d));s.on('connect',()=>setInterval(()=>s.write((i++)+'\\n'),20))`;

/** In a workload: connects once; exit 0 where the echo came back within 700 ms. */
const TRY = `const n=require('node:net');const s=n.connect(+process.argv[2],process.argv[1]);const t=setTimeout(()=>process.exit(3),700);
s.on('error',()=>process.exit(2));s.on('connect',()=>s.write('x'));s.on('data',()=>{clearTimeout(t);process.exit(0)})`;

/** What connects nodes: a namespace with a bridge, a server of the outside world on it, and no way out. */
export class Underlay {
  readonly id = `slt${process.pid.toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  readonly netns = `${this.id}-out`;

  constructor() {
    sh('ip', 'netns', 'add', this.netns);
    inside(this.netns, 'ip', 'link', 'set', 'lo', 'up');
    inside(this.netns, 'ip', 'link', 'add', 'br0', 'type', 'bridge');
    inside(this.netns, 'ip', 'address', 'add', '198.18.0.254/24', 'dev', 'br0');
    inside(this.netns, 'ip', 'address', 'add', 'fd00:198:0:1::254/64', 'dev', 'br0', 'nodad');
    inside(this.netns, 'ip', 'link', 'set', 'br0', 'up');
  }

  /** Plugs a namespace in: its interface `under0` with the addresses of that number. */
  plug(netns: string, index: number): void {
    inside(
      this.netns,
      'ip',
      'link',
      'add',
      `port${index}`,
      'type',
      'veth',
      'peer',
      'name',
      'under0',
      'netns',
      netns,
    );
    inside(this.netns, 'ip', 'link', 'set', `port${index}`, 'master', 'br0', 'up');
    inside(netns, 'ip', 'link', 'set', 'lo', 'up');
    inside(netns, 'ip', 'address', 'add', `198.18.0.${index}/24`, 'dev', 'under0');
    inside(netns, 'ip', 'address', 'add', `fd00:198:0:1::${index}/64`, 'dev', 'under0', 'nodad');
    inside(netns, 'ip', 'link', 'set', 'under0', 'up');
    inside(netns, 'ip', 'route', 'add', 'default', 'via', '198.18.0.254');
    inside(netns, 'ip', '-6', 'route', 'add', 'default', 'via', 'fd00:198:0:1::254');
  }

  close(): void {
    sh('ip', 'netns', 'delete', this.netns);
  }
}

/** One node in namespaces of its own: nothing of it is reachable from outside, and all of it goes with `close`. */
export class TestNode {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-agent-'));
  private readonly children = new Set<ChildProcess>();
  private readonly servers: Server[] = [];
  private readonly namespaces: string[] = [];
  agent: ChildProcess | null = null;
  output = '';

  constructor(
    private readonly underlay: Underlay,
    readonly index: number,
  ) {
    underlay.plug(this.netns('node'), index);
  }

  get id(): string {
    return `${this.underlay.id}-${this.index}`;
  }

  get name(): string {
    return `node-${this.index}`;
  }

  private netns(name: string): string {
    const full = `${this.id}-${name}`;
    sh('ip', 'netns', 'add', full);
    this.namespaces.push(full);
    return full;
  }

  get nodeNetns(): string {
    return `${this.id}-node`;
  }

  /** A workload's namespace, as a container runtime would make it. Returns its path. */
  workload(name: string): string {
    return `/run/netns/${this.netns(name)}`;
  }

  /** Makes a server of this test reachable at 127.0.0.1 in the node's namespace. Returns the port. */
  async relay(port: number, target: () => { readonly host: string; readonly port: number }): Promise<number> {
    const path = join(this.folder, `relay-${port}.sock`);
    const server = createServer((near) => {
      const far = connect(target());
      for (const [a, b] of [
        [near, far],
        [far, near],
      ] as const) {
        a.pipe(b);
        a.on('error', () => b.destroy());
        a.on('close', () => b.destroy());
      }
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    this.run(this.nodeNetns, RELAY, String(port), path);
    await until('the relay', () => inside(this.nodeNetns, 'ss', '-ltn').includes(`:${port} `));
    return port;
  }

  /** Starts a node script in a namespace. */
  run(netns: string, script: string, ...args: string[]): ChildProcess {
    const path = netns.startsWith('/') ? netns : `/run/netns/${netns}`;
    const child = spawn('nsenter', [`--net=${path}`, process.execPath, '-e', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.add(child);
    child.on('exit', () => this.children.delete(child));
    return child;
  }

  async echo(netns: string, port: number): Promise<void> {
    const child = this.run(netns, ECHO, String(port));
    await once(child.stdout!, 'data');
  }

  /** Whether a connection with one byte there and back works. */
  async reaches(netns: string, address: string, port: number): Promise<boolean> {
    const [code] = (await once(this.run(netns, TRY, address, String(port)), 'exit')) as [number];
    return code === 0;
  }

  /** A connection that is never idle; `count()` is how many echoes have come back. */
  stream(
    netns: string,
    address: string,
    port: number,
  ): { readonly count: () => number; readonly failed: () => string } {
    const child = this.run(netns, STREAM, address, String(port));
    let lines = 0;
    let error = '';
    child.stdout!.on('data', (data: Buffer) => {
      const text = data.toString();
      lines += text.split('\n').length - 1;
      if (text.includes('error')) error = text;
    });
    return { count: () => lines, failed: () => error };
  }

  /** Writes agent.json, and starts the bundle in the node's namespace. */
  async startAgent(
    config: Omit<
      AgentConfig,
      | 'node'
      | 'instance'
      | 'bpffs'
      | 'stateDir'
      | 'socketDir'
      | 'underlay'
      | 'addresses'
      | 'bpfDir'
      | 'attach'
      | 'metricsListen'
    >,
  ): Promise<void> {
    const bundle = join(import.meta.dirname, '../dist/bundle/agent.mjs');
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: node apps/agent/scripts/bundle.mjs`);
    const full: AgentConfig = {
      ...config,
      node: this.name,
      instance: 'test',
      bpffs: join(this.folder, 'bpf'),
      stateDir: join(this.folder, 'state'),
      socketDir: join(this.folder, 'run'),
      underlay: 'under0',
      addresses: [`198.18.0.${this.index}`, `fd00:198:0:1::${this.index}`],
      bpfDir: null,
      attach: 'auto',
      metricsListen: null,
    };
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, 'agent.json');
    writeFileSync(path, JSON.stringify(full));
    const child = spawn(
      'nsenter',
      [`--net=/run/netns/${this.nodeNetns}`, process.execPath, bundle, '--config', path],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    child.stderr.on('data', (data: Buffer) => (this.output += data.toString()));
    this.agent = child;
    await until('the agent’s socket', () => {
      if (child.exitCode !== null) throw new Error(`the agent ended: ${this.output}`);
      return this.output.includes('"agent started"') || null;
    }).catch((error: unknown) => {
      throw new Error(`the agent does not start: ${this.output}`, { cause: error });
    });
  }

  get socket(): string {
    return join(this.folder, 'run/agent.sock');
  }

  /** Ends the agent and waits. `nsenter` has become the agent itself, so the signal reaches it. */
  async stopAgent(signal: NodeJS.Signals): Promise<void> {
    const child = this.agent;
    this.agent = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    this.output = '';
  }

  async close(): Promise<void> {
    await this.stopAgent('SIGKILL');
    for (const child of this.children) child.kill('SIGKILL');
    for (const server of this.servers) server.close();
    for (const name of this.namespaces) sh('ip', 'netns', 'delete', name);
    const bpffs = join(this.folder, 'bpf');
    if (existsSync(bpffs)) sh('umount', bpffs);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
