import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type {
  ApplyResponseInput,
  ConfirmRequest,
  DiffRequest,
  DiffResponse,
  Empty,
  SuspendRequest,
  SuspensionInput,
} from '@sluice/api';
import type { UnaryCall } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { Confirmations } from './confirmations.js';
import { DiffService } from './diff.service.js';
import { Suspensions } from './suspensions.js';

/** Diff, Confirm, Suspend and Resume of the gRPC service Policies. */
@Controller()
export class LifeGrpc {
  constructor(
    private readonly differences: DiffService,
    private readonly confirmations: Confirmations,
    private readonly suspensions: Suspensions,
  ) {}

  @Role('viewer')
  @GrpcMethod('Policies', 'Diff')
  diff(request: DiffRequest): Promise<DiffResponse> {
    return this.differences.diff(request);
  }

  @Role('operator')
  @GrpcMethod('Policies', 'Confirm')
  confirm({ change }: ConfirmRequest, _metadata: Metadata, call: UnaryCall): Promise<ApplyResponseInput> {
    return this.confirmations.confirm(change, callerOfCall(call));
  }

  @Role('admin')
  @GrpcMethod('Policies', 'Suspend')
  suspend(request: SuspendRequest, _metadata: Metadata, call: UnaryCall): Promise<SuspensionInput> {
    return this.suspensions.suspend(request, callerOfCall(call));
  }

  @Role('admin')
  @GrpcMethod('Policies', 'Resume')
  resume(_request: Empty, _metadata: Metadata, call: UnaryCall): Promise<SuspensionInput> {
    return this.suspensions.resume(callerOfCall(call));
  }
}
