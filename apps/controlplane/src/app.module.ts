import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { ControlPlaneConfig } from '@sluice/api';
import { PolicyForms } from '@sluice/policy';
import type { Store } from '@sluice/store';
import { AgentStreamGrpc } from './agents/agent-stream.grpc.js';
import { FlowsGrpc } from './agents/flows.grpc.js';
import { FlowsRest } from './agents/flows.rest.js';
import { Inspection } from './agents/inspection.js';
import { Peers } from './agents/peers.js';
import { FlowRelay } from './agents/relay.js';
import { AgentSessions } from './agents/sessions.js';
import { AuditLog } from './audit/audit.js';
import { RoleGuard } from './auth/guard.js';
import { Assignments } from './background/assignments.js';
import { Collection } from './background/collection.js';
import { AcceptanceGrpc } from './cluster/acceptance.grpc.js';
import { AcceptanceRest } from './cluster/acceptance.rest.js';
import { StoreAcceptance } from './cluster/acceptance.js';
import { ClusterGrpc } from './cluster/cluster.grpc.js';
import { ClusterRest } from './cluster/cluster.rest.js';
import { ClusterService } from './cluster/cluster.service.js';
import { NodeRemoval } from './cluster/node-removal.js';
import { ObjectsGrpc } from './cluster/objects.grpc.js';
import { ObjectsRest } from './cluster/objects.rest.js';
import { ObjectsService } from './cluster/objects.service.js';
import { PolicyDirectory } from './directory/directory.service.js';
import { StagedAudit } from './flows-recorded/audit.service.js';
import { InsightGrpc } from './flows-recorded/insight.grpc.js';
import { AuditRest, SuggestRest } from './flows-recorded/insight.rest.js';
import { RecordedGrpc } from './flows-recorded/recorded.grpc.js';
import { RecordedRest } from './flows-recorded/recorded.rest.js';
import { RecordedFlows } from './flows-recorded/recorded.service.js';
import { Suggestions } from './flows-recorded/suggest.service.js';
import { ExplainGrpc } from './explain/explain.grpc.js';
import { ExplainRest } from './explain/explain.rest.js';
import { ExplainService } from './explain/explain.service.js';
import { KernelView } from './explain/kernel.js';
import { LintService } from './explain/lint.service.js';
import { HealthRest, type OpenApiHolder } from './health/health.rest.js';
import { Readiness } from './health/readiness.js';
import { FailureFilter } from './http/failure-filter.js';
import { MetricsInterceptor } from './metrics/interceptor.js';
import { ChangesService } from './life/changes.service.js';
import { StatusChecks } from './life/checks.js';
import { StoreHealth } from './store/health.js';
import { CLOCK, systemClock } from './life/clock.js';
import { Confirmations } from './life/confirmations.js';
import { DiffService } from './life/diff.service.js';
import { Expiries } from './life/expiries.js';
import { LifeGrpc } from './life/life.grpc.js';
import { ChangesRest, DiffRest, SuspensionRest } from './life/life.rest.js';
import { Suspensions } from './life/suspensions.js';
import { Metrics } from './metrics/metrics.js';
import { History } from './policies/history.js';
import { Limits } from './policies/limits.js';
import { PlanGrpc } from './plan/plan.grpc.js';
import { PlanRest } from './plan/plan.rest.js';
import { MapRoom } from './plan/room.service.js';
import { PlanService } from './plan/plan.service.js';
import { Commits } from './policies/commits.js';
import { PoliciesGrpc } from './policies/policies.grpc.js';
import { PoliciesRest } from './policies/policies.rest.js';
import { PoliciesService } from './policies/policies.service.js';
import { Realizations } from './policies/realization.js';
import { RevisionsGrpc } from './policies/revisions.grpc.js';
import { RevisionsRest } from './policies/revisions.rest.js';
import { RevisionsService } from './policies/revisions.service.js';
import { ClusterCache } from './store/cache.js';
import { StoreGate } from './store/gate.js';
import { CONFIG, OPENAPI, STORE } from './tokens.js';
import { ClusterWorld } from './world/snapshot.js';

/** What every part of the program needs. */
@Module({})
export class CoreModule {
  static with(config: ControlPlaneConfig, store: Store, openApi: OpenApiHolder): DynamicModule {
    const values = [
      { provide: CONFIG, useValue: config },
      { provide: STORE, useValue: store },
      { provide: OPENAPI, useValue: openApi },
      { provide: CLOCK, useValue: systemClock },
    ];
    const services = [
      AuditLog,
      Metrics,
      StoreGate,
      ClusterCache,
      ClusterWorld,
      Readiness,
      StatusChecks,
      StoreHealth,
      AgentSessions,
      Assignments,
      Collection,
    ];
    return {
      module: CoreModule,
      global: true,
      providers: [...values, ...services],
      exports: [...values, ...services],
    };
  }
}

@Module({
  controllers: [AgentStreamGrpc, FlowsGrpc, RecordedRest, FlowsRest, RecordedGrpc],
  providers: [FlowRelay, Inspection, Peers, RecordedFlows],
  exports: [FlowRelay, Inspection, RecordedFlows],
})
export class AgentsModule {}

@Module({
  imports: [AgentsModule],
  controllers: [
    PoliciesGrpc,
    PoliciesRest,
    RevisionsGrpc,
    RevisionsRest,
    LifeGrpc,
    DiffRest,
    ChangesRest,
    SuspensionRest,
    ExplainGrpc,
    ExplainRest,
    InsightGrpc,
    AuditRest,
    SuggestRest,
    PlanGrpc,
    PlanRest,
  ],
  providers: [
    MapRoom,
    PlanService,
    Commits,
    PoliciesService,
    RevisionsService,
    ChangesService,
    Confirmations,
    DiffService,
    Expiries,
    Suspensions,
    ExplainService,
    KernelView,
    LintService,
    PolicyForms,
    PolicyDirectory,
    Limits,
    Realizations,
    History,
    StagedAudit,
    Suggestions,
  ],
})
export class PoliciesModule {}

@Module({
  controllers: [AcceptanceGrpc, AcceptanceRest, ClusterGrpc, ClusterRest, ObjectsGrpc, ObjectsRest],
  providers: [ClusterService, NodeRemoval, ObjectsService, StoreAcceptance],
})
export class ClusterModule {}

@Module({ controllers: [HealthRest] })
export class HealthModule {}

/** The whole control plane. The guard, the filter and the interceptor hold for REST and gRPC alike. */
@Module({})
export class AppModule {
  static with(config: ControlPlaneConfig, store: Store, openApi: OpenApiHolder): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.with(config, store, openApi),
        PoliciesModule,
        ClusterModule,
        AgentsModule,
        HealthModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_FILTER, useClass: FailureFilter },
        { provide: APP_INTERCEPTOR, useClass: MetricsInterceptor },
      ],
    };
  }
}
