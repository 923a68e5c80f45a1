// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  FlowBatchInput as _sluice_v1_FlowBatchInput,
  FlowBatch as _sluice_v1_FlowBatch,
} from '../../sluice/v1/FlowBatch.js';
import type {
  ObserveRequestInput as _sluice_v1_ObserveRequestInput,
  ObserveRequest as _sluice_v1_ObserveRequest,
} from '../../sluice/v1/ObserveRequest.js';
import type {
  RecordedBatchInput as _sluice_v1_RecordedBatchInput,
  RecordedBatch as _sluice_v1_RecordedBatch,
} from '../../sluice/v1/RecordedBatch.js';
import type {
  RecordedRequestInput as _sluice_v1_RecordedRequestInput,
  RecordedRequest as _sluice_v1_RecordedRequest,
} from '../../sluice/v1/RecordedRequest.js';

export interface FlowsClient extends grpc.Client {
  /**
   * V
   */
  Observe(
    argument: _sluice_v1_ObserveRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  Observe(
    argument: _sluice_v1_ObserveRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  /**
   * V
   */
  observe(
    argument: _sluice_v1_ObserveRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  observe(
    argument: _sluice_v1_ObserveRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;

  /**
   * V
   */
  Recorded(
    argument: _sluice_v1_RecordedRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_RecordedBatch>;
  Recorded(
    argument: _sluice_v1_RecordedRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_RecordedBatch>;
  /**
   * V
   */
  recorded(
    argument: _sluice_v1_RecordedRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_RecordedBatch>;
  recorded(
    argument: _sluice_v1_RecordedRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_RecordedBatch>;
}

export interface FlowsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * V
   */
  Observe: grpc.handleServerStreamingCall<_sluice_v1_ObserveRequest, _sluice_v1_FlowBatchInput>;

  /**
   * V
   */
  Recorded: grpc.handleServerStreamingCall<_sluice_v1_RecordedRequest, _sluice_v1_RecordedBatchInput>;
}

export interface FlowsDefinition extends grpc.ServiceDefinition {
  Observe: MethodDefinition<
    _sluice_v1_ObserveRequestInput,
    _sluice_v1_FlowBatchInput,
    _sluice_v1_ObserveRequest,
    _sluice_v1_FlowBatch
  >;
  Recorded: MethodDefinition<
    _sluice_v1_RecordedRequestInput,
    _sluice_v1_RecordedBatchInput,
    _sluice_v1_RecordedRequest,
    _sluice_v1_RecordedBatch
  >;
}
