/** What a workload can be asked over its control socket: one JSON document a line, answered by one with the same `id`. */
export type Transport = 'tcp' | 'udp';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface ProbeRequest extends Target {
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** `ok`: what was sent came back. `error` says otherwise why. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly ms: number;
  readonly error: string | null;
}

export interface LoadRequest extends Target {
  /**
   * requests: a rate over kept connections and each tenth over a new one; connections: each request over a new one; datagrams: UDP, a
   * tenth of them from a new port; pushed: datagrams that only the server sends, asked for once; bulk: one stream as fast as it goes.
   */
  readonly mode: 'requests' | 'connections' | 'datagrams' | 'pushed' | 'bulk';
  /** Requests, connections or datagrams a second, or mebibytes a second. */
  readonly rate: number;
  /** It ends by itself after this. */
  readonly limitMs: number;
}

export interface LoadStats {
  readonly sent: number;
  readonly answered: number;
  /** Not answered within 5 s, wrongly answered, or on a connection that broke. */
  readonly lost: number;
  readonly bytes: number;
  /** Longest time without any answer. */
  readonly maxGapMs: number;
  readonly errors: readonly string[];
}

/** A sender that knows no rest: UDP datagrams and TCP connection attempts, whether or not there is an interface yet. */
export interface FloodRequest {
  readonly targets: readonly Target[];
  readonly limitMs: number;
}

export interface FloodStats {
  readonly attempts: number;
  /** Handed to the kernel without an error. */
  readonly sent: number;
  /** Anything that came back. */
  readonly answered: number;
}

/** What the servers saw, by the sender's address. */
export interface Received {
  readonly connections: Readonly<Record<string, number>>;
  readonly datagrams: Readonly<Record<string, number>>;
}

export interface Operations {
  ping(request: Record<never, never>): { readonly name: string };
  probe(request: ProbeRequest): ProbeResult;
  probes(request: { readonly all: readonly ProbeRequest[] }): readonly ProbeResult[];
  /** Opens a TCP connection and keeps it. */
  open(request: Target & { readonly timeoutMs: number }): { readonly connection: number };
  /** One echo over a kept connection. */
  echo(request: { readonly connection: number; readonly timeoutMs: number }): ProbeResult;
  close(request: { readonly connection: number }): Record<never, never>;
  /** The server's side of kept connections sends by itself: how many of them a byte could be handed to. */
  push(request: { readonly from: string }): { readonly connections: number };
  /** Bytes that arrived on a kept connection without being asked for. */
  pushed(request: { readonly connection: number }): { readonly bytes: number };
  load(request: LoadRequest): { readonly load: number };
  stats(request: { readonly load: number }): LoadStats;
  /** Stops sending, waits for the answers under way. */
  stop(request: { readonly load: number }): LoadStats;
  flood(request: FloodRequest): { readonly flood: number };
  endFlood(request: { readonly flood: number }): FloodStats;
  received(request: Record<never, never>): Received;
}
export type Operation = keyof Operations;
export type RequestOf<O extends Operation> = Parameters<Operations[O]>[0];
export type ResultOf<O extends Operation> = ReturnType<Operations[O]>;
/** How the workload implements them. */
export type Handlers = {
  readonly [O in Operation]: (request: RequestOf<O>) => ResultOf<O> | Promise<ResultOf<O>>;
};
