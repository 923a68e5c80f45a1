import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCa, issue, type Authority } from '@sluice/pki';
import { connectStore } from '../client.js';
import { StoreError } from '../errors.js';
import type { Store, StoreOptions } from '../types.js';
import { enableAuth, type AuthOptions } from './auth.js';

export type Tls = StoreOptions['tls'];

export interface EtcdOptions {
  /** Where data and certificates go; default a new folder below the system's temporary one, removed by `stop`. */
  readonly dir?: string;
  /** Default 127.0.0.1. Ports are free ones unless given. */
  readonly address?: string;
  readonly clientPort?: number;
  readonly peerPort?: number;
  /** Names and addresses besides `address` that the server's certificate is valid for. */
  readonly alsoFor?: { readonly dns?: readonly string[]; readonly ips?: readonly string[] };
  /** Whose certificates to use; default a new authority. */
  readonly ca?: Authority;
  /** Turns etcd's RBAC on: users are the CNs of client certificates. `root` is added by itself. */
  readonly auth?: AuthOptions;
  /** More arguments for etcd. */
  readonly args?: readonly string[];
  /** Default `etcd` on the PATH. */
  readonly binary?: string;
}

/** A running etcd with mutual TLS. */
export interface TestEtcd extends AsyncDisposable {
  readonly endpoints: readonly string[];
  readonly address: string;
  readonly port: number;
  /** Credentials of the user `root`, as buffers for connectStore. */
  readonly tls: Tls;
  readonly ca: Authority;
  readonly dir: string;
  /** Of the present process; undefined while it is dead. */
  readonly pid: number | undefined;
  /** Credentials of another user, signed by the same authority. */
  user(name: string, organization?: string): Promise<Tls>;
  /** Sends the signal (default SIGKILL) and waits for the end of the process. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Kills it if it lives, and starts it again on its data and ports; waits until it answers. */
  restart(): Promise<void>;
  /** Ends it and removes what it made. Idempotent. */
  stop(): Promise<void>;
}

const READY_MS = 20_000;

/** Starts etcd and waits until it answers. Throws StoreError `unavailable` with its last output when it does not. */
export async function startEtcd(options: EtcdOptions = {}): Promise<TestEtcd> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'sluice-etcd-')));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const address = options.address ?? '127.0.0.1';
  const ca = options.ca ?? (await createCa({ commonName: 'sluice test store' }));
  const tls = await client(ca, 'root');
  await writeServerFiles(dir, ca, address, options);
  const ports = {
    client: options.clientPort ?? (await freePort(address)),
    peer: options.peerPort ?? (await freePort(address)),
  };
  const server = new EtcdProcess(options.binary ?? 'etcd', [
    ...args(dir, address, ports),
    ...(options.args ?? []),
  ]);
  const endpoints = [`https://${host(address)}:${ports.client}`];
  const start = async () => {
    server.start();
    await ready(server, { endpoints, tls, timeoutMs: 1_000 });
  };
  const stop = async () => {
    await server.kill('SIGKILL');
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  try {
    await start();
    if (options.auth !== undefined) await enableAuth({ endpoints, tls }, options.auth);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoints,
    address,
    port: ports.client,
    tls,
    ca,
    dir,
    get pid() {
      return server.pid;
    },
    user: (name, organization) => client(ca, name, organization),
    kill: (signal = 'SIGKILL') => server.kill(signal),
    restart: async () => {
      await server.kill('SIGKILL');
      await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Below the ports that the kernel gives to outgoing connections, which could take one of those between look and use. */
const PORTS = { first: 15_000, each: 2_000, workers: 8 };

/**
 * A TCP port of loopback that nobody has now. Test workers side by side get theirs from ranges of their own, so that two of them never
 * find the same one free.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % PORTS.workers;
  for (;;) {
    const port = PORTS.first + worker * PORTS.each + randomInt(PORTS.each);
    const server = createServer();
    try {
      server.listen(port, address);
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function client(ca: Authority, commonName: string, organization?: string): Promise<Tls> {
  const made = await issue(ca, {
    commonName,
    usages: ['client'],
    ...(organization === undefined ? {} : { organization }),
  });
  return { ca: Buffer.from(made.ca), cert: Buffer.from(made.cert), key: Buffer.from(made.key) };
}

async function writeServerFiles(
  dir: string,
  ca: Authority,
  address: string,
  options: EtcdOptions,
): Promise<void> {
  const server = await issue(ca, {
    commonName: 'etcd',
    dns: ['localhost', ...(options.alsoFor?.dns ?? [])],
    ips: [address, ...(options.alsoFor?.ips ?? [])],
    // etcd's own gateway dials etcd with the server's certificate.
    usages: ['server', 'client'],
  });
  await writeFile(join(dir, 'ca.crt'), server.ca);
  await writeFile(join(dir, 'server.crt'), server.cert);
  await writeFile(join(dir, 'server.key'), server.key, { mode: 0o600 });
}

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function args(dir: string, address: string, ports: { client: number; peer: number }): string[] {
  const clientUrl = `https://${host(address)}:${ports.client}`;
  const peerUrl = `https://${host(address)}:${ports.peer}`;
  const certificates = (prefix: string) => [
    `--${prefix}client-cert-auth`,
    `--${prefix}trusted-ca-file=${join(dir, 'ca.crt')}`,
    `--${prefix}cert-file=${join(dir, 'server.crt')}`,
    `--${prefix}key-file=${join(dir, 'server.key')}`,
  ];
  return [
    '--name=test',
    `--data-dir=${join(dir, 'data')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=test=${peerUrl}`,
    ...certificates(''),
    ...certificates('peer-'),
    '--max-txn-ops=4096',
    '--max-request-bytes=4194304',
    '--logger=zap',
    '--log-level=warn',
  ];
}

/** One etcd process at a time, with the end of its output kept for errors. */
class EtcdProcess {
  #child: ChildProcess | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #output = '';

  constructor(
    readonly binary: string,
    readonly args: readonly string[],
  ) {}

  get pid(): number | undefined {
    return this.alive ? this.#child?.pid : undefined;
  }

  get alive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get output(): string {
    return this.#output;
  }

  start(): void {
    this.#output = '';
    const child = spawn(this.binary, this.args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on(
      'data',
      (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-4_000)),
    );
    child.on('error', (error) => (this.#output += error.message));
    this.#ended = new Promise((done) => child.once('close', done));
    this.#child = child;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.alive) this.#child?.kill(signal);
    await this.#ended;
  }
}

async function ready(server: EtcdProcess, options: StoreOptions): Promise<void> {
  const deadline = Date.now() + READY_MS;
  await using store: Store = connectStore(options);
  for (;;) {
    try {
      await store.revision();
      return;
    } catch (cause) {
      if (!server.alive || Date.now() > deadline) {
        throw new StoreError('unavailable', `etcd did not start: ${server.output || String(cause)}`, {
          cause,
        });
      }
      await sleep(50);
    }
  }
}
