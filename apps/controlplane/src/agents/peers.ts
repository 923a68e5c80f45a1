import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  createClients,
  type Clients,
  type ControlPlaneConfig,
  type DumpMapRequest,
  type DumpMapResponse,
  type RecordedBatch,
  type RecordedRequest,
} from '@sluice/api';
import type { Flow, ObserveRequest } from '@sluice/api';
import { keys, type ReplicaValue } from '@sluice/store';
import { readPems, splitListen } from '../config.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { CONFIG } from '../tokens.js';

const LEASE_SECONDS = 15;
const RETRY_MS = 1_000;
const DUMP_MS = 12_000;
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** The other replicas: an agent's stream ends at one of them, an observer's call perhaps at another. */
@Injectable()
export class Peers implements OnApplicationShutdown {
  private readonly logger = new Logger('Peers');
  private readonly clients = new Map<string, Clients>();
  private lease: AsyncDisposable | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: ControlPlaneConfig,
    private readonly cache: ClusterCache,
    gate: StoreGate,
  ) {
    gate.onReachable(() => this.register(gate));
  }

  async onApplicationShutdown(): Promise<void> {
    for (const clients of this.clients.values()) clients.close();
    await this.lease?.[Symbol.asyncDispose]();
  }

  /** Names of the other replicas that are alive. */
  names(): string[] {
    return this.cache
      .below<ReplicaValue>(keys.replicas())
      .map(({ name }) => name)
      .filter((name) => name !== this.config.name);
  }

  /** Calls back when replicas come or go, until the returned function is called. */
  onChange(callback: () => void): () => void {
    return this.cache.onChange(callback);
  }

  /**
   * Flows of the agents at another replica. A look back is done when its answer ends or fails; following goes on until it
   * is taken back, dialling again and again.
   */
  observe(
    name: string,
    request: ObserveRequest,
    push: (flows: readonly Flow[]) => void,
    done: () => void,
  ): () => void {
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    let cancel = (): void => undefined;
    const end = () => {
      if (over) return;
      over = true;
      done();
    };
    const dial = (what: ObserveRequest) => {
      const clients = this.clientsOf(name);
      if (clients === null) return again();
      const stream = clients.flows.observe(what);
      cancel = () => stream.cancel();
      stream.on('data', ({ flows }: { flows: Flow[] }) => push(flows));
      stream.on('error', () => undefined);
      stream.once('status', again);
    };
    const again = () => {
      if (over || !request.follow) return end();
      timer = setTimeout(() => dial({ ...request, last: 0 }), RETRY_MS);
    };
    dial(request);
    return () => {
      over = true;
      clearTimeout(timer);
      cancel();
    };
  }

  /** Asks the other replicas for a node's map; null where none of them has its stream. */
  async dump(request: DumpMapRequest): Promise<DumpMapResponse | null> {
    const asked = this.names().map((name) => {
      const clients = this.clientsOf(name);
      if (clients === null) throw new Error('gone');
      return clients.inspection.dumpMap(request, { timeoutMs: DUMP_MS });
    });
    const answers = await Promise.allSettled(asked);
    const found = answers.find((answer) => answer.status === 'fulfilled');
    if (found !== undefined) return found.value;
    // A refusal by the node itself says more than that others have no stream to it.
    const telling = answers.find(
      (answer) => answer.status === 'rejected' && (answer.reason as { code?: string }).code !== 'UNAVAILABLE',
    );
    if (telling?.status === 'rejected') throw telling.reason;
    return null;
  }

  /** Recorded flows of the agents at another replica, until its answer ends or fails, or the signal aborts. Never rejects. */
  recorded(
    name: string,
    request: RecordedRequest,
    take: (batch: RecordedBatch) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const clients = this.clientsOf(name);
    if (clients === null || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stream = clients.flows.recorded(request);
      const cancel = () => stream.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      stream.on('data', take);
      stream.on('error', () => undefined);
      stream.once('status', () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      });
    });
  }

  private clientsOf(name: string): Clients | null {
    const address = this.cache.get<ReplicaValue>(keys.replica(name))?.value.grpc;
    if (address === undefined) return null;
    const known = this.clients.get(address);
    if (known !== undefined) return known;
    // The certificate that names this program a control plane is the one for etcd; listeners have server certificates.
    const { cert, key } = readPems(this.config.etcd.tls);
    const clients = createClients(address, { ca: readPems(this.config.grpc.tls).ca, cert, key });
    this.clients.set(address, clients);
    return clients;
  }

  private register(gate: StoreGate): void {
    const { listen } = this.config.grpc;
    if (this.lease !== undefined) return;
    if (EVERYWHERE.has(splitListen(listen).host)) {
      this.logger.warn(
        `grpc.listen ${listen} names no address: other replicas cannot ask this one for flows`,
      );
      return;
    }
    const value: ReplicaValue = { grpc: listen };
    this.lease = gate.store.keepAlive(keys.replica(this.config.name), value, LEASE_SECONDS);
  }
}
