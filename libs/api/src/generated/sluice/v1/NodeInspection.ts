// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  DumpMapRequestInput as _sluice_v1_DumpMapRequestInput,
  DumpMapRequest as _sluice_v1_DumpMapRequest,
} from '../../sluice/v1/DumpMapRequest.js';
import type {
  DumpMapResponseInput as _sluice_v1_DumpMapResponseInput,
  DumpMapResponse as _sluice_v1_DumpMapResponse,
} from '../../sluice/v1/DumpMapResponse.js';

/**
 * Map dumps and status of one node, relayed over the node's own stream.
 */
export interface NodeInspectionClient extends grpc.Client {
  /**
   * O
   */
  DumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  DumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  DumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  DumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  dumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  dumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  dumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
  dumpMap(
    argument: _sluice_v1_DumpMapRequestInput,
    callback: grpc.requestCallback<_sluice_v1_DumpMapResponse>,
  ): grpc.ClientUnaryCall;
}

/**
 * Map dumps and status of one node, relayed over the node's own stream.
 */
export interface NodeInspectionHandlers extends grpc.UntypedServiceImplementation {
  /**
   * O
   */
  DumpMap: grpc.handleUnaryCall<_sluice_v1_DumpMapRequest, _sluice_v1_DumpMapResponseInput>;
}

export interface NodeInspectionDefinition extends grpc.ServiceDefinition {
  DumpMap: MethodDefinition<
    _sluice_v1_DumpMapRequestInput,
    _sluice_v1_DumpMapResponseInput,
    _sluice_v1_DumpMapRequest,
    _sluice_v1_DumpMapResponse
  >;
}
