import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { PlanRequest, PlanResponseInput } from '@sluice/api';
import { cancelled, type UnaryCall } from '../agents/calls.js';
import { Role } from '../auth/roles.js';
import { PlanService } from './plan.service.js';

/** Plan of the gRPC service Policies. */
@Controller()
export class PlanGrpc {
  constructor(private readonly plans: PlanService) {}

  @Role('viewer')
  @GrpcMethod('Policies', 'Plan')
  plan(request: PlanRequest, _metadata: Metadata, call: UnaryCall): Promise<PlanResponseInput> {
    return this.plans.plan(request, cancelled(call));
  }
}
