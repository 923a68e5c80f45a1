import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import type { DumpMapRequest, DumpMapResponse, FlowBatchInput, ObserveRequest } from '@sluice/api';
import { from, ignoreElements, type Observable } from 'rxjs';
import { Role } from '../auth/roles.js';
import { cancelled } from './calls.js';
import { Inspection } from './inspection.js';
import { FlowRelay } from './relay.js';
import { grpcSink } from './sinks.js';

/** gRPC services Flows and NodeInspection. */
@Controller()
export class FlowsGrpc {
  constructor(
    private readonly relay: FlowRelay,
    private readonly inspection: Inspection,
  ) {}

  /** Flows are written to the call, which knows when its client is slow; the Observable only ends the call. */
  @Role('viewer')
  @GrpcMethod('Flows', 'Observe')
  observe(
    request: ObserveRequest,
    _metadata: Metadata,
    call: ServerWritableStream<never, FlowBatchInput>,
  ): Observable<never> {
    const signal = cancelled(call);
    return from(this.relay.observe(request, grpcSink(call, signal), signal)).pipe(ignoreElements());
  }

  @Role('operator')
  @GrpcMethod('NodeInspection', 'DumpMap')
  dumpMap(request: DumpMapRequest): Promise<DumpMapResponse> {
    return this.inspection.dump(request);
  }
}
