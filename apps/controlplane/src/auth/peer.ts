import type { TLSSocket } from 'node:tls';
import type { ExecutionContext } from '@nestjs/common';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { FastifyRequest } from 'fastify';
import { callerOf, type Caller } from './caller.js';

/** What of a gRPC call names its peer; unary and streaming calls of grpc-js have it. */
export type PeerCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'getPeer' | 'getPath'>;

/** The caller of a gRPC call. Throws UNAUTHENTICATED as `callerOf`. */
export function callerOfCall(call: PeerCall): Caller {
  return callerOf(call.getAuthContext().sslPeerCertificate);
}

/** The caller of an HTTP request. Throws UNAUTHENTICATED as `callerOf`. */
export function callerOfRequest(request: Pick<FastifyRequest, 'raw'>): Caller {
  const socket = request.raw.socket as Partial<TLSSocket>;
  return callerOf(socket.authorized === true ? socket.getPeerCertificate?.() : null);
}

/** The gRPC call in an execution context: NestJS hands (data, metadata, call), or the call alone. */
export function callOf(context: Pick<ExecutionContext, 'getArgs'>): PeerCall {
  const args = context.getArgs<unknown[]>();
  return (args[2] ?? args[0]) as PeerCall;
}

/** What is called, for audit lines, and by whom. */
export interface Access {
  readonly protocol: 'grpc' | 'rest';
  readonly what: string;
  readonly from: string;
  readonly caller: () => Caller;
}

/** Describes the call that a guard judges. */
export function accessOf(context: ExecutionContext): Access {
  if (context.getType() === 'rpc') {
    const call = callOf(context);
    return {
      protocol: 'grpc',
      what: rpcName(call.getPath()),
      from: call.getPeer(),
      caller: () => callerOfCall(call),
    };
  }
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const what = `${request.method} ${request.routeOptions.url ?? request.url}`;
  return { protocol: 'rest', what, from: request.ip, caller: () => callerOfRequest(request) };
}

/** `/sluice.v1.Policies/Apply` as people write it: `Policies.Apply`. */
function rpcName(path: string): string {
  const [, service = '', method = ''] = path.split('/');
  return `${service.slice(service.lastIndexOf('.') + 1)}.${method}`;
}
