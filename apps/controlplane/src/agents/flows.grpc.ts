import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import type { DumpMapRequest, DumpMapResponse, FlowBatchInput, ObserveRequest } from '@sluice/api';
import { from, ignoreElements, type Observable } from 'rxjs';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { cancelled, type UnaryCall } from './calls.js';
import { Inspection } from './inspection.js';
import { Peers } from './peers.js';
import { FlowRelay } from './relay.js';
import { grpcSink } from './sinks.js';

/** gRPC services Flows and NodeInspection. */
@Controller()
export class FlowsGrpc {
  constructor(
    private readonly relay: FlowRelay,
    private readonly inspection: Inspection,
    private readonly peers: Peers,
  ) {}

  /** Another replica asks only for the agents of this one. Flows are written to the call, which knows when its client is slow; the Observable only ends the call. */
  @Role('viewer', 'controlplane')
  @GrpcMethod('Flows', 'Observe')
  observe(
    request: ObserveRequest,
    _metadata: Metadata,
    call: ServerWritableStream<never, FlowBatchInput>,
  ): Observable<never> {
    const signal = cancelled(call);
    const others = callerOfCall(call).role === 'controlplane' ? null : this.peers;
    return from(this.relay.observe(request, grpcSink(call, signal), signal, others)).pipe(ignoreElements());
  }

  @Role('operator', 'controlplane')
  @GrpcMethod('NodeInspection', 'DumpMap')
  dumpMap(request: DumpMapRequest, _metadata: Metadata, call: UnaryCall): Promise<DumpMapResponse> {
    return this.inspection.dump(request, callerOfCall(call).role !== 'controlplane');
  }
}
