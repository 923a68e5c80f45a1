// Original file: proto/sluice/v1/agent.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  AddEndpointRequestInput as _sluice_v1_AddEndpointRequestInput,
  AddEndpointRequest as _sluice_v1_AddEndpointRequest,
} from '../../sluice/v1/AddEndpointRequest.js';
import type {
  AgentStatusInput as _sluice_v1_AgentStatusInput,
  AgentStatus as _sluice_v1_AgentStatus,
} from '../../sluice/v1/AgentStatus.js';
import type {
  DeleteEndpointRequestInput as _sluice_v1_DeleteEndpointRequestInput,
  DeleteEndpointRequest as _sluice_v1_DeleteEndpointRequest,
} from '../../sluice/v1/DeleteEndpointRequest.js';
import type {
  DumpMapRequestInput as _sluice_v1_DumpMapRequestInput,
  DumpMapRequest as _sluice_v1_DumpMapRequest,
} from '../../sluice/v1/DumpMapRequest.js';
import type {
  DumpMapResponseInput as _sluice_v1_DumpMapResponseInput,
  DumpMapResponse as _sluice_v1_DumpMapResponse,
} from '../../sluice/v1/DumpMapResponse.js';
import type {
  EmptyInput as _sluice_v1_EmptyInput,
  Empty as _sluice_v1_Empty,
} from '../../sluice/v1/Empty.js';
import type {
  EndpointInfoInput as _sluice_v1_EndpointInfoInput,
  EndpointInfo as _sluice_v1_EndpointInfo,
} from '../../sluice/v1/EndpointInfo.js';
import type {
  EndpointListInput as _sluice_v1_EndpointListInput,
  EndpointList as _sluice_v1_EndpointList,
} from '../../sluice/v1/EndpointList.js';
import type {
  FlowBatchInput as _sluice_v1_FlowBatchInput,
  FlowBatch as _sluice_v1_FlowBatch,
} from '../../sluice/v1/FlowBatch.js';
import type {
  NodeEnforcementInput as _sluice_v1_NodeEnforcementInput,
  NodeEnforcement as _sluice_v1_NodeEnforcement,
} from '../../sluice/v1/NodeEnforcement.js';
import type {
  ObserveRequestInput as _sluice_v1_ObserveRequestInput,
  ObserveRequest as _sluice_v1_ObserveRequest,
} from '../../sluice/v1/ObserveRequest.js';
import type {
  SuspendEnforcementRequestInput as _sluice_v1_SuspendEnforcementRequestInput,
  SuspendEnforcementRequest as _sluice_v1_SuspendEnforcementRequest,
} from '../../sluice/v1/SuspendEnforcementRequest.js';

/**
 * On the agent's unix socket; root only.
 */
export interface AgentClient extends grpc.Client {
  AddEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  AddEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  AddEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  AddEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  addEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  addEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  addEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;
  addEndpoint(
    argument: _sluice_v1_AddEndpointRequestInput,
    callback: grpc.requestCallback<_sluice_v1_EndpointInfo>,
  ): grpc.ClientUnaryCall;

  DeleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteEndpoint(
    argument: _sluice_v1_DeleteEndpointRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;

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

  GetEnforcement(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  GetEnforcement(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  GetEnforcement(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  GetEnforcement(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  getEnforcement(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  getEnforcement(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  getEnforcement(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  getEnforcement(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;

  ListEndpoints(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_EndpointList>,
  ): grpc.ClientUnaryCall;

  Observe(
    argument: _sluice_v1_ObserveRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  Observe(
    argument: _sluice_v1_ObserveRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  observe(
    argument: _sluice_v1_ObserveRequestInput,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;
  observe(
    argument: _sluice_v1_ObserveRequestInput,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_sluice_v1_FlowBatch>;

  Status(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_AgentStatus>,
  ): grpc.ClientUnaryCall;

  /**
   * Break glass: on this node no policy is enforced for a while, whatever the store says; the kernel ends it. 0 seconds: it is enforced again at once.
   */
  SuspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  SuspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  SuspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  SuspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  /**
   * Break glass: on this node no policy is enforced for a while, whatever the store says; the kernel ends it. 0 seconds: it is enforced again at once.
   */
  suspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  suspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  suspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
  suspendEnforcement(
    argument: _sluice_v1_SuspendEnforcementRequestInput,
    callback: grpc.requestCallback<_sluice_v1_NodeEnforcement>,
  ): grpc.ClientUnaryCall;
}

/**
 * On the agent's unix socket; root only.
 */
export interface AgentHandlers extends grpc.UntypedServiceImplementation {
  AddEndpoint: grpc.handleUnaryCall<_sluice_v1_AddEndpointRequest, _sluice_v1_EndpointInfoInput>;

  DeleteEndpoint: grpc.handleUnaryCall<_sluice_v1_DeleteEndpointRequest, _sluice_v1_EmptyInput>;

  DumpMap: grpc.handleUnaryCall<_sluice_v1_DumpMapRequest, _sluice_v1_DumpMapResponseInput>;

  GetEnforcement: grpc.handleUnaryCall<_sluice_v1_Empty, _sluice_v1_NodeEnforcementInput>;

  ListEndpoints: grpc.handleUnaryCall<_sluice_v1_Empty, _sluice_v1_EndpointListInput>;

  Observe: grpc.handleServerStreamingCall<_sluice_v1_ObserveRequest, _sluice_v1_FlowBatchInput>;

  Status: grpc.handleUnaryCall<_sluice_v1_Empty, _sluice_v1_AgentStatusInput>;

  /**
   * Break glass: on this node no policy is enforced for a while, whatever the store says; the kernel ends it. 0 seconds: it is enforced again at once.
   */
  SuspendEnforcement: grpc.handleUnaryCall<
    _sluice_v1_SuspendEnforcementRequest,
    _sluice_v1_NodeEnforcementInput
  >;
}

export interface AgentDefinition extends grpc.ServiceDefinition {
  AddEndpoint: MethodDefinition<
    _sluice_v1_AddEndpointRequestInput,
    _sluice_v1_EndpointInfoInput,
    _sluice_v1_AddEndpointRequest,
    _sluice_v1_EndpointInfo
  >;
  DeleteEndpoint: MethodDefinition<
    _sluice_v1_DeleteEndpointRequestInput,
    _sluice_v1_EmptyInput,
    _sluice_v1_DeleteEndpointRequest,
    _sluice_v1_Empty
  >;
  DumpMap: MethodDefinition<
    _sluice_v1_DumpMapRequestInput,
    _sluice_v1_DumpMapResponseInput,
    _sluice_v1_DumpMapRequest,
    _sluice_v1_DumpMapResponse
  >;
  GetEnforcement: MethodDefinition<
    _sluice_v1_EmptyInput,
    _sluice_v1_NodeEnforcementInput,
    _sluice_v1_Empty,
    _sluice_v1_NodeEnforcement
  >;
  ListEndpoints: MethodDefinition<
    _sluice_v1_EmptyInput,
    _sluice_v1_EndpointListInput,
    _sluice_v1_Empty,
    _sluice_v1_EndpointList
  >;
  Observe: MethodDefinition<
    _sluice_v1_ObserveRequestInput,
    _sluice_v1_FlowBatchInput,
    _sluice_v1_ObserveRequest,
    _sluice_v1_FlowBatch
  >;
  Status: MethodDefinition<
    _sluice_v1_EmptyInput,
    _sluice_v1_AgentStatusInput,
    _sluice_v1_Empty,
    _sluice_v1_AgentStatus
  >;
  SuspendEnforcement: MethodDefinition<
    _sluice_v1_SuspendEnforcementRequestInput,
    _sluice_v1_NodeEnforcementInput,
    _sluice_v1_SuspendEnforcementRequest,
    _sluice_v1_NodeEnforcement
  >;
}
