import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type {
  ExplainRequest,
  ExplainResponseInput,
  LintRequest,
  LintResponseInput,
  TraceRequest,
} from '@sluice/api';
import { cancelled, type UnaryCall } from '../agents/calls.js';
import { Role } from '../auth/roles.js';
import { ExplainService } from './explain.service.js';
import { LintService } from './lint.service.js';

/** Explain, Trace and Lint of the gRPC service Policies. */
@Controller()
export class ExplainGrpc {
  constructor(
    private readonly explanations: ExplainService,
    private readonly lints: LintService,
  ) {}

  @Role('viewer')
  @GrpcMethod('Policies', 'Explain')
  explain(request: ExplainRequest, _metadata: Metadata, call: UnaryCall): Promise<ExplainResponseInput> {
    return this.explanations.explain(request, cancelled(call));
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'Trace')
  trace(request: TraceRequest, _metadata: Metadata, call: UnaryCall): Promise<ExplainResponseInput> {
    return this.explanations.trace(request, cancelled(call));
  }

  @Role('viewer')
  @GrpcMethod('Policies', 'Lint')
  lint(request: LintRequest, _metadata: Metadata, call: UnaryCall): Promise<LintResponseInput> {
    return this.lints.lint(request, cancelled(call));
  }
}
