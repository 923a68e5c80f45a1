import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type {
  EmptyInput,
  LabelNodeRequest,
  ListServicesRequest,
  NodeInput,
  Service,
  ServiceRef,
} from '@sluice/api';
import type { UnaryCall } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { ClusterService } from './cluster.service.js';
import { ObjectsService } from './objects.service.js';

/** Node labels and services of the gRPC service Cluster. */
@Controller()
export class ObjectsGrpc {
  constructor(
    private readonly objects: ObjectsService,
    private readonly cluster: ClusterService,
  ) {}

  @Role('admin')
  @GrpcMethod('Cluster', 'LabelNode')
  async labelNode(request: LabelNodeRequest, _metadata: Metadata, call: UnaryCall): Promise<NodeInput> {
    const allocation = await this.objects.labelNode(request, callerOfCall(call));
    return this.cluster.nodeWith(request.name, allocation);
  }

  @Role('viewer')
  @GrpcMethod('Cluster', 'ListServices')
  listServices({ scope }: ListServicesRequest) {
    return this.objects.services(scope);
  }

  @Role('operator')
  @GrpcMethod('Cluster', 'PutService')
  putService(service: Service, _metadata: Metadata, call: UnaryCall) {
    return this.objects.putService(service, callerOfCall(call));
  }

  @Role('operator')
  @GrpcMethod('Cluster', 'DeleteService')
  async deleteService(ref: ServiceRef, _metadata: Metadata, call: UnaryCall): Promise<EmptyInput> {
    await this.objects.deleteService(ref, callerOfCall(call));
    return {};
  }
}
