import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { EmptyInput, ListRequest, NameRequest, Pool, Settings } from '@sluice/api';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import type { UnaryCall } from '../agents/calls.js';
import { ClusterService } from './cluster.service.js';
import { NodeRemoval } from './node-removal.js';

/** gRPC service Cluster. */
@Controller()
export class ClusterGrpc {
  constructor(
    private readonly cluster: ClusterService,
    private readonly removal: NodeRemoval,
  ) {}

  @Role('viewer')
  @GrpcMethod('Cluster', 'ListIdentities')
  listIdentities(_request: ListRequest) {
    return this.cluster.identities();
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'ListEndpoints')
  listEndpoints({ node }: ListRequest) {
    return this.cluster.endpoints(node);
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'ListNodes')
  listNodes({ node }: ListRequest) {
    return this.cluster.nodes(node);
  }

  @Role('admin')
  @GrpcMethod('Cluster', 'DeleteNode')
  async deleteNode({ name }: NameRequest, _metadata: Metadata, call: UnaryCall): Promise<EmptyInput> {
    await this.removal.remove(name, callerOfCall(call));
    return {};
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'ListPools')
  listPools(_request: ListRequest) {
    return this.cluster.pools();
  }

  @Role('admin')
  @GrpcMethod('Cluster', 'PutPool')
  putPool(pool: Pool, _metadata: Metadata, call: UnaryCall) {
    return this.cluster.putPool(pool, callerOfCall(call));
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'GetSettings')
  getSettings(_request: ListRequest) {
    return this.cluster.settings();
  }

  @Role('admin')
  @GrpcMethod('Cluster', 'PutSettings')
  putSettings(settings: Settings, _metadata: Metadata, call: UnaryCall) {
    return this.cluster.putSettings(settings, callerOfCall(call));
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'Status')
  status(_request: ListRequest) {
    return this.cluster.status();
  }
}
