import {
  credentials,
  Metadata,
  type CallOptions as GrpcCallOptions,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientOptions as GrpcClientOptions,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { toApiError } from './errors.js';
import type {
  AgentDefinition,
  AgentMessageInput,
  ClusterDefinition,
  ControlMessage,
  FlowBatch,
  NodeInspectionDefinition,
  ObserveRequestInput,
  PoliciesDefinition,
  RecordedBatch,
  RecordedRequestInput,
} from './generated/index.js';
import { loadProto, MAX_MESSAGE_BYTES, type ServiceName } from './proto.js';

/** Contents of the files, not their names. */
export interface TlsPems {
  readonly ca: Buffer | string;
  readonly cert: Buffer | string;
  readonly key: Buffer | string;
}

export interface ClientOptions {
  /** Deadline of a unary call in milliseconds where the call does not give its own; default 10000. */
  readonly timeoutMs?: number;
  /** More channel options of grpc-js. */
  readonly channel?: GrpcClientOptions;
}

export interface CallOptions {
  /** Deadline in milliseconds from now. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Unary<D> = {
  [
    M in keyof D as string extends M ? never : M extends string ? Uncapitalize<M> : never
  ]: D[M] extends MethodDefinition<infer Request, infer _ResponseInput, infer _RequestOutput, infer Response>
    ? (request: Request, options?: CallOptions) => Promise<Response>
    : never;
};

export type PoliciesCalls = Unary<PoliciesDefinition>;
export type ClusterCalls = Unary<ClusterDefinition>;
export type NodeInspectionCalls = Unary<NodeInspectionDefinition>;
/** A stream of flows; ends with 'end', fails with 'error' (`toApiError` reads it), `cancel()` stops it. */
export type FlowStream = ClientReadableStream<FlowBatch>;
/** The rings of all nodes, batch by batch; ends and fails as a FlowStream. */
export type RecordedStream = ClientReadableStream<RecordedBatch>;
export type AgentCalls = Omit<Unary<AgentDefinition>, 'observe'> & {
  observe(request: ObserveRequestInput): FlowStream;
};

/** What a control-plane replica offers. Unary calls reject with ApiError. */
export interface Clients {
  readonly policies: PoliciesCalls;
  readonly cluster: ClusterCalls;
  readonly inspection: NodeInspectionCalls;
  readonly flows: {
    observe(request: ObserveRequestInput): FlowStream;
    recorded(request: RecordedRequestInput): RecordedStream;
  };
  readonly agentStream: { connect(): ClientDuplexStream<AgentMessageInput, ControlMessage> };
  /** Closes the connections; calls under way are cancelled. */
  close(): void;
}

/** What an agent offers on its socket. Unary calls reject with ApiError. */
export interface AgentClients {
  readonly agent: AgentCalls;
  close(): void;
}

const CHANNEL: GrpcClientOptions = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
};

type UnaryFn = (
  request: unknown,
  metadata: Metadata,
  options: GrpcCallOptions,
  callback: (error: ServiceError | null, response: unknown) => void,
) => { cancel(): void };

function call(
  client: Client,
  name: string,
  request: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const method = (client as unknown as Record<string, UnaryFn>)[name] as UnaryFn;
    const under = method.call(
      client,
      request,
      new Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error) reject(toApiError(error));
        else resolve(response);
      },
    );
    const cancel = () => under.cancel();
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}

function unary(client: Client, service: ServiceName, timeoutMs: number): Record<string, unknown> {
  const calls: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(loadProto().services[service].service)) {
    if (method.requestStream || method.responseStream) continue;
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    calls[key] = (request: unknown, options: CallOptions = {}) =>
      call(client, name, request, options.timeoutMs ?? timeoutMs, options.signal);
  }
  return calls;
}

const observeOn = (client: Client) => (request: ObserveRequestInput) =>
  (client as unknown as { Observe(request: ObserveRequestInput): FlowStream }).Observe(request);

const recordedOn = (client: Client) => (request: RecordedRequestInput) =>
  (client as unknown as { Recorded(request: RecordedRequestInput): RecordedStream }).Recorded(request);

function channelCredentials(address: string, tls: TlsPems | null): ChannelCredentials {
  if (tls !== null)
    return credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert));
  if (!address.startsWith('unix:'))
    throw new Error(`${address} needs TLS: only unix sockets are used without`);
  return credentials.createInsecure();
}

function connect(address: string, channel: ChannelCredentials, options: ClientOptions) {
  const clients: Client[] = [];
  const open = (service: ServiceName): Client => {
    const client = new (loadProto().services[service])(address, channel, { ...CHANNEL, ...options.channel });
    clients.push(client);
    return client;
  };
  return { open, close: () => clients.forEach((client) => client.close()) };
}

/**
 * Clients of one control-plane replica at `host:port` with a client certificate; `tls` null only for `unix:///path`.
 * Connects at the first call. Throws if the certificate cannot be used.
 */
export function createClients(address: string, tls: TlsPems | null, options: ClientOptions = {}): Clients {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const { open, close } = connect(address, channelCredentials(address, tls), options);
  const stream = open('AgentStream') as unknown as {
    Connect(): ClientDuplexStream<AgentMessageInput, ControlMessage>;
  };
  const flows = open('Flows');
  return {
    policies: unary(open('Policies'), 'Policies', timeoutMs) as unknown as PoliciesCalls,
    cluster: unary(open('Cluster'), 'Cluster', timeoutMs) as unknown as ClusterCalls,
    inspection: unary(open('NodeInspection'), 'NodeInspection', timeoutMs) as unknown as NodeInspectionCalls,
    flows: { observe: observeOn(flows), recorded: recordedOn(flows) },
    agentStream: { connect: () => stream.Connect() },
    close,
  };
}

/** Clients of the agent at a unix socket: `/run/sluice/agent.sock` or `unix:///run/sluice/agent.sock`. */
export function createAgentClients(socket: string, options: ClientOptions = {}): AgentClients {
  const address = socket.startsWith('unix:') ? socket : `unix://${socket}`;
  const { open, close } = connect(address, channelCredentials(address, null), options);
  const client = open('Agent');
  const calls = unary(client, 'Agent', options.timeoutMs ?? 10_000);
  return { agent: { ...calls, observe: observeOn(client) } as unknown as AgentCalls, close };
}
