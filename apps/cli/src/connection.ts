import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as tcpConnect } from 'node:net';
import {
  createClients,
  toApiError,
  type ApiError,
  type CliContext,
  type Clients,
  type TlsPems,
} from '@sluice/api';
import { toCliError } from './errors.js';
import { CliError, Exit } from './exit.js';

/** How long one replica may take to accept a connection before the next is tried. */
const CONNECT_MS = 3000;

/** What became of one replica. */
export interface Attempt {
  readonly server: string;
  readonly reason: string;
}

function read(path: string, context: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(
      Exit.usage,
      `context '${context}': ${reason}`,
      'sluice init makes the certificates',
      [],
      { cause },
    );
  }
}

/** The context's PEM contents. Throws CliError where a file is missing or the certificate has expired. */
export function readTls(context: CliContext): TlsPems {
  const pems = {
    ca: read(context.tls.ca, context.name),
    cert: read(context.tls.cert, context.name),
    key: read(context.tls.key, context.name),
  };
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pems.cert);
  } catch (cause) {
    throw new CliError(
      Exit.usage,
      `${context.tls.cert} is no certificate`,
      'sluice init makes the certificates',
      [],
      { cause },
    );
  }
  // A server answers an expired certificate by closing the connection: only here can it be said what is wrong.
  if (Date.parse(certificate.validTo) < Date.now())
    throw new CliError(
      Exit.forbidden,
      `the certificate of context '${context.name}' expired on ${certificate.validTo}`,
      `delete ${context.tls.cert} and run sluice init again in its folder to have it issued anew`,
    );
  return pems;
}

function splitServer(server: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined)
    throw new CliError(Exit.usage, `server '${server}' is not HOST:PORT`, 'correct it in the config file');
  return { host, port: Number(match[3]) };
}

/** Null when somebody accepts connections there, else why not. gRPC itself would wait 20 s for a silent address. */
function probe(server: string, timeoutMs: number): Promise<string | null> {
  const { host, port } = splitServer(server);
  return new Promise((resolve) => {
    const socket = tcpConnect({ host, port });
    const done = (reason: string | null) => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(timeoutMs, () => done(`no answer within ${timeoutMs} ms`));
    socket.once('connect', () => done(null));
    socket.once('error', (error: NodeJS.ErrnoException) => done(describe(error)));
  });
}

const ERRNO: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENETUNREACH: 'network unreachable',
  EHOSTUNREACH: 'no route to host',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found (no name server answers)',
  ECONNRESET: 'connection reset',
};
const describe = (error: NodeJS.ErrnoException) => ERRNO[error.code ?? ''] ?? error.message;

/** `reads` may be repeated on another replica after silence; `changes` may not: they could have happened. */
export type CallKind = 'reads' | 'changes';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The control plane: its replicas are tried in the order of the context until one answers. */
export class Connection {
  private readonly clients = new Map<string, Clients>();
  private readonly tls: TlsPems;
  /** Replicas that did not answer in this run, with the reason. */
  readonly failed: Attempt[] = [];

  /** Throws CliError where the context's certificates cannot be used. */
  constructor(
    readonly context: CliContext,
    private readonly timeoutMs: number,
    private readonly signal: AbortSignal,
  ) {
    this.tls = readTls(context);
  }

  /**
   * Runs one call on the first replica that answers; `extraMs` is added to the deadline (waits on the server). Throws
   * CliError: exit code 6 with every replica tried where none answered.
   */
  async call<T>(
    kind: CallKind,
    run: (clients: Clients, options: CallOptions) => Promise<T>,
    extraMs = 0,
  ): Promise<T> {
    for (const server of this.context.servers) {
      if (this.failed.some((attempt) => attempt.server === server)) continue;
      const clients = await this.open(server);
      if (clients === null) continue;
      try {
        return await run(clients, { timeoutMs: this.timeoutMs + extraMs, signal: this.signal });
      } catch (error) {
        this.handle(kind, server, error);
      }
    }
    throw this.unreachable();
  }

  /** The clients of the first replica that accepts connections, for streams. Throws CliError as `call`. */
  async first(): Promise<{ readonly server: string; readonly clients: Clients }> {
    for (const server of this.context.servers) {
      if (this.failed.some((attempt) => attempt.server === server)) continue;
      const clients = await this.open(server);
      if (clients !== null) return { server, clients };
    }
    throw this.unreachable();
  }

  /** Asks every replica at the same time and gives the answers in their order; `failed` has the others. */
  async each<T>(run: (clients: Clients, options: CallOptions) => Promise<T>): Promise<readonly T[]> {
    const asked = this.context.servers.map(async (server): Promise<readonly T[]> => {
      const clients = await this.open(server);
      if (clients === null) return [];
      try {
        return [await run(clients, { timeoutMs: this.timeoutMs, signal: this.signal })];
      } catch (error) {
        this.handle('reads', server, error);
        return [];
      }
    });
    return (await Promise.all(asked)).flat();
  }

  /** Notes that a replica failed, so that `first` and `call` go on to the next. */
  giveUp(server: string, reason: string): void {
    this.failed.push({ server, reason });
  }

  /** Forgets all failures: every replica is tried anew. */
  forgive(): void {
    this.failed.length = 0;
  }

  /** Why nobody answered: exit code 6. */
  unreachable(): CliError {
    const tried = this.failed.map(({ server, reason }) => `${server}: ${reason}`).join('; ');
    return new CliError(
      Exit.unreachable,
      `no control-plane replica answers (${tried})`,
      'traffic goes on with the last policy; see that a replica runs and that the addresses in the context are right',
    );
  }

  close(): void {
    for (const clients of this.clients.values()) clients.close();
  }

  private async open(server: string): Promise<Clients | null> {
    const known = this.clients.get(server);
    if (known !== undefined) return known;
    const reason = await probe(server, Math.min(CONNECT_MS, this.timeoutMs));
    if (reason !== null) {
      this.giveUp(server, reason);
      return null;
    }
    const made = createClients(server, this.tls, { timeoutMs: this.timeoutMs });
    this.clients.set(server, made);
    return made;
  }

  /** Returns where the next replica may be asked, throws where this answer stands. */
  private handle(kind: CallKind, server: string, error: unknown): void {
    const failure: ApiError = toApiError(error);
    if (this.signal.aborted) throw toCliError(failure, server);
    if (failure.code === 'UNAVAILABLE') return this.giveUp(server, firstLine(failure.message));
    if (failure.code === 'DEADLINE_EXCEEDED' && kind === 'reads')
      return this.giveUp(server, `no answer within ${this.timeoutMs} ms`);
    throw toCliError(failure, server);
  }
}

const firstLine = (text: string) => text.split('\n')[0] ?? text;
