import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { ApplyResponseInput, HistoryResponseInput, PolicyRef, RollbackRequest } from '@sluice/api';
import { cancelled, type UnaryCall } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { ChangesService } from '../life/changes.service.js';
import { RevisionsService } from './revisions.service.js';

/** History and Rollback of the gRPC service Policies. */
@Controller()
export class RevisionsGrpc {
  constructor(
    private readonly revisions: RevisionsService,
    private readonly changes: ChangesService,
  ) {}

  @Role('viewer')
  @GrpcMethod('Policies', 'History')
  history(request: PolicyRef): Promise<HistoryResponseInput> {
    return this.revisions.history(request);
  }

  @Role('operator')
  @GrpcMethod('Policies', 'Rollback')
  rollback(request: RollbackRequest, _metadata: Metadata, call: UnaryCall): Promise<ApplyResponseInput> {
    const way = request.change === '' ? this.revisions : this.changes;
    return way.rollback(request, callerOfCall(call), cancelled(call));
  }
}
