import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type {
  ApplyRequest,
  ApplyResponseInput,
  DeletePolicyRequest,
  ListPoliciesRequest,
  PolicyRef,
} from '@sluice/api';
import { Role } from '../auth/roles.js';
import { callerOfCall } from '../auth/peer.js';
import { cancelled, type UnaryCall } from '../agents/calls.js';
import { PoliciesService } from './policies.service.js';

/** gRPC service Policies. */
@Controller()
export class PoliciesGrpc {
  constructor(private readonly policies: PoliciesService) {}

  @Role('operator')
  @GrpcMethod('Policies', 'Apply')
  apply(request: ApplyRequest, _metadata: Metadata, call: UnaryCall): Promise<ApplyResponseInput> {
    return this.policies.apply(request, callerOfCall(call), cancelled(call));
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'Validate')
  validate(request: ApplyRequest, _metadata: Metadata, call: UnaryCall): Promise<ApplyResponseInput> {
    return this.policies.apply({ ...request, dryRun: true }, callerOfCall(call));
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'Get')
  get(request: PolicyRef) {
    return this.policies.get(request);
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'List')
  list(request: ListPoliciesRequest) {
    return this.policies.list(request.kind, request.scope);
  }

  @Role('operator')
  @GrpcMethod('Policies', 'Delete')
  delete(request: DeletePolicyRequest, _metadata: Metadata, call: UnaryCall): Promise<ApplyResponseInput> {
    return this.policies.delete(request, callerOfCall(call), cancelled(call));
  }
}
