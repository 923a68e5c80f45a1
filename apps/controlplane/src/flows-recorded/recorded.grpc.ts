import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import type { RecordedBatchInput, RecordedRequest } from '@sluice/api';
import { from, ignoreElements, type Observable } from 'rxjs';
import { cancelled } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { RecordedFlows } from './recorded.service.js';

/** Recorded of the gRPC service Flows. */
@Controller()
export class RecordedGrpc {
  constructor(private readonly recorded: RecordedFlows) {}

  /** Another replica asks only for the agents of this one. An agent answers in a few bounded batches: they may wait in the call. */
  @Role('viewer', 'controlplane')
  @GrpcMethod('Flows', 'Recorded')
  batches(
    request: RecordedRequest,
    _metadata: Metadata,
    call: ServerWritableStream<never, RecordedBatchInput>,
  ): Observable<never> {
    const elsewhere = callerOfCall(call).role !== 'controlplane';
    const write = (batch: RecordedBatchInput) => void call.write(batch);
    return from(this.recorded.batches(request, elsewhere, write, cancelled(call))).pipe(ignoreElements());
  }
}
