import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { AuditRequest, AuditResponseInput, SuggestRequest, SuggestResponseInput } from '@sluice/api';
import { cancelled, type UnaryCall } from '../agents/calls.js';
import { Role } from '../auth/roles.js';
import { StagedAudit } from './audit.service.js';
import { Suggestions } from './suggest.service.js';

/** Audit and Suggest of the gRPC service Policies. */
@Controller()
export class InsightGrpc {
  constructor(
    private readonly staged: StagedAudit,
    private readonly suggestions: Suggestions,
  ) {}

  @Role('viewer')
  @GrpcMethod('Policies', 'Audit')
  audit(request: AuditRequest, _metadata: Metadata, call: UnaryCall): Promise<AuditResponseInput> {
    return this.staged.audit(request, cancelled(call));
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'Suggest')
  suggest(request: SuggestRequest, _metadata: Metadata, call: UnaryCall): Promise<SuggestResponseInput> {
    return this.suggestions.suggest(request, cancelled(call));
  }
}
