import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import type { RecordedBatchInput, RecordedRequest } from '@sluice/api';
import { from, ignoreElements, type Observable } from 'rxjs';
import { cancelled } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { Failure } from '../failure.js';
import { RecordedFlows } from './recorded.service.js';

/** Batches of at most 500 rows that wait for a caller. */
const MOST_UNREAD = 400;

/** Recorded of the gRPC service Flows. */
@Controller()
export class RecordedGrpc {
  constructor(private readonly recorded: RecordedFlows) {}

  /** Another replica asks only for the agents of this one. RESOURCE_EXHAUSTED where the caller does not read what comes. */
  @Role('viewer', 'controlplane')
  @GrpcMethod('Flows', 'Recorded')
  batches(
    request: RecordedRequest,
    _metadata: Metadata,
    call: ServerWritableStream<never, RecordedBatchInput>,
  ): Observable<never> {
    const elsewhere = callerOfCall(call).role !== 'controlplane';
    return from(this.answer(request, elsewhere, call)).pipe(ignoreElements());
  }

  /** Agents answer as fast as they can; what the caller has not read waits here. */
  private async answer(
    request: RecordedRequest,
    elsewhere: boolean,
    call: ServerWritableStream<never, RecordedBatchInput>,
  ): Promise<void> {
    const slow = new AbortController();
    const signal = AbortSignal.any([cancelled(call), slow.signal]);
    const write = (batch: RecordedBatchInput) => {
      if (slow.signal.aborted) return;
      call.write(batch);
      if (call.writableLength > MOST_UNREAD) slow.abort();
    };
    await this.recorded.batches(request, elsewhere, write, signal);
    if (slow.signal.aborted)
      throw new Failure(
        'RESOURCE_EXHAUSTED',
        'the answer was not read as fast as nodes gave it',
        'ask for fewer rows',
      );
  }
}
