import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type { AcceptStoreRequest, ListRequest } from '@sluice/api';
import type { UnaryCall } from '../agents/calls.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { StoreAcceptance } from './acceptance.js';

/** gRPC of a store that was restored or made anew. */
@Controller()
export class AcceptanceGrpc {
  constructor(private readonly acceptance: StoreAcceptance) {}

  @Role('viewer')
  @GrpcMethod('Cluster', 'KnownStores')
  knownStores(_request: ListRequest) {
    return this.acceptance.known();
  }

  @Role('admin')
  @GrpcMethod('Cluster', 'AcceptStore')
  acceptStore(request: AcceptStoreRequest, _metadata: Metadata, call: UnaryCall) {
    return this.acceptance.accept(request, callerOfCall(call));
  }
}
