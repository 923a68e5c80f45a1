import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createClients,
  type Clients,
  type ControlPlaneConfig,
  type TlsFiles,
  type TlsPems,
} from '@sluice/api';
import { createCa, issue, type Authority } from '@sluice/pki';
import { bootstrapCluster, connectStore, CONTROL_PLANE_USER, type Store } from '@sluice/store';
import { freePort, startEtcd, type TestEtcd } from '@sluice/store/testing/etcd';
import { startControlPlane, type ControlPlane, type StartOptions } from '../src/app.js';

export interface Replica {
  readonly config: ControlPlaneConfig;
  readonly grpc: string;
  readonly rest: string;
  readonly plane: ControlPlane;
  audit(): Promise<Record<string, unknown>[]>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  json<T = Record<string, unknown>>(): T;
}

/** A real etcd, initialised, with as many replicas in this process as a test wants, and clients of every role. */
export class Harness implements AsyncDisposable {
  private readonly clients: Clients[] = [];
  readonly replicas: Replica[] = [];

  private constructor(
    readonly etcd: TestEtcd,
    readonly ca: Authority,
    readonly store: Store,
    readonly dir: string,
  ) {}

  static async start(
    nodes: readonly string[] = ['node-1', 'node-2'],
    args: readonly string[] = [],
  ): Promise<Harness> {
    const ca = await createCa({ commonName: 'sluice test' });
    const etcd = await startEtcd({ ca, args });
    await bootstrapCluster({
      store: { endpoints: etcd.endpoints, tls: etcd.tls },
      settings: { mode: 'always', allowLocalHost: 'auto', routing: 'tunnel', tunnelPort: 8472 },
      pools: { v4: { prefix: '198.18.64.0/18', nodePrefixLength: 24 } },
      nodes,
    });
    const store = connectStore({ endpoints: etcd.endpoints, tls: await etcd.user(CONTROL_PLANE_USER) });
    return new Harness(etcd, ca, store, await mkdtemp(join(tmpdir(), 'sluice-cp-')));
  }

  /** Starts one more replica; `ready` false: does not wait for the store. */
  async replica(
    ready = true,
    more: Partial<ControlPlaneConfig> = {},
    options: StartOptions = {},
  ): Promise<Replica> {
    const name = more.name ?? `cp-${this.replicas.length + 1}`;
    const server = await issue(this.ca, {
      commonName: name,
      dns: ['localhost'],
      ips: ['127.0.0.1'],
      usages: ['server'],
    });
    const etcdTls = await this.etcd.user(CONTROL_PLANE_USER, 'sluice:controlplane');
    const [grpc, rest] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const tls = await this.files(name, server);
    const config: ControlPlaneConfig = {
      name,
      etcd: { endpoints: this.etcd.endpoints, tls: await this.files(`${name}-etcd`, etcdTls) },
      rest: { listen: rest, tls },
      grpc: { listen: grpc, tls },
      auditLog: join(this.dir, `${name}.audit`),
      ...more,
    };
    const plane = await startControlPlane(config, { logLevels: ['error', 'fatal'], ...options });
    const audit = async () => {
      const lines = (await readFile(config.auditLog ?? '', 'utf8')).trim().split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const replica = { config, grpc, rest, plane, audit };
    this.replicas.push(replica);
    if (ready) {
      const tls = await this.user('viewer');
      await until(
        async () => (await this.get(replica, '/readyz', tls)).status === 200,
        'the replica is ready',
      );
    }
    return replica;
  }

  /** Credentials of a user with that role; the name is the role's unless given. */
  async user(role: string, name = role, days = 1, now = new Date()): Promise<TlsPems> {
    return issue(this.ca, {
      commonName: name,
      organization: `sluice:${role}`,
      usages: ['client'],
      days,
      now,
    });
  }

  /** Clients of a replica. */
  connect(replica: Replica, tls: TlsPems): Clients {
    const clients = createClients(replica.grpc, tls);
    this.clients.push(clients);
    return clients;
  }

  get(
    replica: Replica,
    path: string,
    tls: TlsPems | null,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.call(replica, 'GET', path, tls, undefined, headers);
  }

  /** One HTTPS request; `tls` null: without a certificate. */
  call(
    replica: Replica,
    method: string,
    path: string,
    tls: TlsPems | null,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const [host, port] = replica.rest.split(':');
    const credentials =
      tls === null ? { ca: this.ca.cert } : { ca: this.ca.cert, cert: tls.cert, key: tls.key };
    return new Promise((resolve, reject) => {
      const sent = request(
        { host, port, method, path, headers, agent: false, ...credentials },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: <T>() => JSON.parse(text) as T,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async files(name: string, tls: TlsPems): Promise<TlsFiles> {
    const files = {
      ca: join(this.dir, `${name}.ca`),
      cert: join(this.dir, `${name}.crt`),
      key: join(this.dir, `${name}.key`),
    };
    await Promise.all([
      writeFile(files.ca, tls.ca),
      writeFile(files.cert, tls.cert),
      writeFile(files.key, tls.key),
    ]);
    return files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const clients of this.clients) clients.close();
    await Promise.all(this.replicas.map(({ plane }) => plane.stop()));
    await this.store[Symbol.asyncDispose]();
    await this.etcd.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** Waits until a condition holds; fails with its name after `timeoutMs`. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A policy that lets one app reach another. */
export function policyYaml(name: string, port = 80, namespace = 'shop'): string {
  return `apiVersion: sluice.dev/v1
kind: Policy
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  endpointSelector:
    matchLabels: {app: ${name}}
  ingress:
    - fromEndpoints: [{matchLabels: {app: web}}]
      toPorts: [{ports: [{port: "${port}", protocol: TCP}]}]
`;
}
