import type { ClientDuplexStream } from '@grpc/grpc-js';
import {
  type AgentMessageInput,
  type Clients,
  type ControlMessage,
  createClients,
  type FlowBatchInput,
  type RecordedBatchInput,
  type TlsPems,
} from '@sluice/api';
import { writable } from './api/grpc.js';
import type { AgentService } from './api/service.js';
import { answerRecorded } from './recorded/answer.js';
import { AgentError, messageOf } from './util/errors.js';
import type { Log } from './util/log.js';
import { backoffMs } from './util/reconciler.js';
import { VERSION } from './version.js';

type Stream = ClientDuplexStream<AgentMessageInput, ControlMessage>;

export interface ControlStreamOptions {
  readonly node: string;
  /** gRPC addresses of the replicas. */
  readonly controlPlanes: readonly string[];
  readonly tls: TlsPems;
  readonly service: AgentService;
  readonly log: Log;
  readonly random?: () => number;
}

export interface ControlStreamStatus {
  readonly connected: boolean;
  /** The replica that is, or was last, dialled. */
  readonly address: string | null;
  readonly error: string | null;
}

/**
 * The one stream to the control plane, on which it asks for flows, dumps and status. Losing it costs visibility and nothing
 * else: the agent dials the next replica, with growing pauses.
 */
export class ControlStream implements Disposable {
  status: ControlStreamStatus = { connected: false, address: null, error: null };
  private clients: Clients | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private next: number;
  private closed = false;

  constructor(private readonly options: ControlStreamOptions) {
    // Agents begin at different replicas.
    this.next = Math.floor((options.random ?? Math.random)() * Math.max(1, options.controlPlanes.length));
  }

  start(): void {
    if (this.options.controlPlanes.length > 0) this.dial();
  }

  private dial(): void {
    const { controlPlanes, tls, node } = this.options;
    const address = controlPlanes[this.next++ % controlPlanes.length]!;
    this.status = { connected: false, address, error: this.status.error };
    let ended = false;
    const lost = (error: Error | null): void => {
      if (ended) return;
      ended = true;
      session.stop();
      this.again(address, error);
    };
    try {
      this.clients = createClients(address, tls);
    } catch (error) {
      this.again(address, error as Error);
      return;
    }
    const stream = this.clients.agentStream.connect();
    const session = new Session(stream, this.options.service, node);
    stream.on('metadata', () => this.connected(address));
    stream.on('data', (message: ControlMessage) => {
      this.connected(address);
      session.receive(message);
    });
    stream.on('error', lost);
    stream.on('end', () => lost(null));
    stream.write({ request: 0, hello: { node, version: VERSION } });
  }

  private connected(address: string): void {
    this.failures = 0;
    if (!this.status.connected) this.options.log.info('control plane connected', { address });
    this.status = { connected: true, address, error: null };
  }

  private again(address: string, error: Error | null): void {
    this.clients?.close();
    this.clients = null;
    if (this.closed) return;
    const message = error === null ? 'the control plane ended the stream' : messageOf(error);
    if (this.status.connected || this.failures === 0)
      this.options.log.warn('no control plane', { address, error: message });
    this.status = { connected: false, address, error: message };
    this.timer = setTimeout(() => this.dial(), backoffMs(++this.failures, this.options.random, 200, 5000));
    this.timer.unref();
  }

  [Symbol.dispose](): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.clients?.close();
  }
}

/** Requests of one stream, each until it is answered, cancelled, or the stream is gone. */
class Session {
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly stream: Stream,
    private readonly service: AgentService,
    private readonly node: string,
  ) {}

  receive(message: ControlMessage): void {
    const { request } = message;
    if (message.body === 'cancel') {
      this.running.get(request)?.abort();
      return;
    }
    const stop = new AbortController();
    this.running.set(request, stop);
    this.answer(message, stop.signal)
      .then(() => this.write({ request, done: {} }))
      .catch((error: unknown) => {
        const code = error instanceof AgentError ? error.code : 'INTERNAL';
        this.write({ request, failure: { code, message: messageOf(error) } });
      })
      .finally(() => this.running.delete(request));
  }

  private async answer(message: ControlMessage, signal: AbortSignal): Promise<void> {
    const { request, body, observe, dump, recorded } = message;
    if (body === 'observe' && observe) {
      const room = writable(this.asFlows(request));
      await this.service.observe(observe, { write: room }, signal);
    } else if (body === 'dump' && dump) {
      this.write({ request, dump: await this.service.dumpMap(dump) });
    } else if (body === 'recorded' && recorded) {
      const room = writable(this.asRecorded(request));
      await answerRecorded(this.service.agent.recorder, this.node, recorded, room, signal);
    } else if (body === 'status') {
      this.write({ request, status: { json: JSON.stringify(this.service.status()) } });
    } else {
      throw new AgentError('INVALID_ARGUMENT', `this agent does not know the request ${String(body)}`);
    }
  }

  private asFlows(request: number) {
    return this.writer((flows: FlowBatchInput) => ({ request, flows }));
  }

  private asRecorded(request: number) {
    return this.writer((recorded: RecordedBatchInput) => ({ request, recorded }));
  }

  private writer<T>(message: (content: T) => AgentMessageInput) {
    const { stream } = this;
    return {
      write: (content: T) => this.write(message(content)),
      once: (event: 'drain' | 'close', listener: () => void) => stream.once(event, listener),
      removeListener: (event: 'drain' | 'close', listener: () => void) =>
        stream.removeListener(event, listener),
    };
  }

  private write(message: AgentMessageInput): boolean {
    return this.stream.writable ? this.stream.write(message) : true;
  }

  stop(): void {
    for (const running of this.running.values()) running.abort();
  }
}
