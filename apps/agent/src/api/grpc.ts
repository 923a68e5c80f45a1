import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import {
  type AddEndpointRequest,
  type DeleteEndpointRequest,
  type DumpMapRequest,
  type FlowBatchInput,
  loadProto,
  MAX_MESSAGE_BYTES,
  type ObserveRequest,
  type SuspendEnforcementRequest,
} from '@sluice/api';
import { AgentError, messageOf } from '../util/errors.js';
import type { AgentService } from './service.js';

/** Any failure as gRPC tells it. What is no AgentError is a fault of ours: INTERNAL. */
export function grpcFailure(error: unknown): { readonly code: status; readonly details: string } {
  const code = error instanceof AgentError ? status[error.code] : status.INTERNAL;
  return { code, details: messageOf(error) };
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response> | Response) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(grpcFailure(error)),
      );
  };
}

/** Waits until a stream takes more, so that memory never grows with a slow reader. */
export function writable<T = FlowBatchInput>(stream: {
  write(message: T): boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  removeListener(event: 'drain' | 'close', listener: () => void): unknown;
}): (batch: T) => Promise<void> {
  return (batch) =>
    new Promise((resolve) => {
      if (stream.write(batch)) return resolve();
      const done = (): void => {
        stream.removeListener('drain', done);
        stream.removeListener('close', done);
        resolve();
      };
      stream.once('drain', done);
      stream.once('close', done);
    });
}

async function observe(
  service: AgentService,
  call: ServerWritableStream<ObserveRequest, FlowBatchInput>,
): Promise<void> {
  const stop = new AbortController();
  call.on('cancelled', () => stop.abort());
  call.on('error', () => stop.abort());
  call.on('close', () => stop.abort());
  try {
    await service.observe(call.request, { write: writable(call) }, stop.signal);
    if (!stop.signal.aborted) call.end();
  } catch (error) {
    call.destroy(Object.assign(new Error(messageOf(error)), grpcFailure(error)));
  }
}

/** Prepares the folder of a socket and removes what an earlier agent left there. */
export function prepareSocket(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
}

/** Serves the Agent service on a unix socket that only root may open. Rejects where the socket cannot be made. */
export async function serveGrpc(service: AgentService, path: string): Promise<AsyncDisposable> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  server.addService(loadProto().services.Agent.service, {
    AddEndpoint: unary((request: AddEndpointRequest) => service.addEndpoint(request)),
    DeleteEndpoint: unary((request: DeleteEndpointRequest) =>
      service.deleteEndpoint(request).then(() => ({})),
    ),
    ListEndpoints: unary(() => ({ endpoints: service.listEndpoints() })),
    Observe: (call: ServerWritableStream<ObserveRequest, FlowBatchInput>) => void observe(service, call),
    DumpMap: unary((request: DumpMapRequest) => service.dumpMap(request)),
    SuspendEnforcement: unary((request: SuspendEnforcementRequest) => service.suspendEnforcement(request)),
    GetEnforcement: unary(() => service.enforcement()),
    Status: unary(() => ({ json: JSON.stringify(service.status()) })),
  });
  prepareSocket(path);
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${path}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  chmodSync(path, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown();
      rmSync(path, { force: true });
    },
  };
}
