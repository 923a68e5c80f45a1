// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  EmptyInput as _sluice_v1_EmptyInput,
  Empty as _sluice_v1_Empty,
} from '../../sluice/v1/Empty.js';
import type {
  ListEndpointsResponseInput as _sluice_v1_ListEndpointsResponseInput,
  ListEndpointsResponse as _sluice_v1_ListEndpointsResponse,
} from '../../sluice/v1/ListEndpointsResponse.js';
import type {
  ListIdentitiesResponseInput as _sluice_v1_ListIdentitiesResponseInput,
  ListIdentitiesResponse as _sluice_v1_ListIdentitiesResponse,
} from '../../sluice/v1/ListIdentitiesResponse.js';
import type {
  ListNodesResponseInput as _sluice_v1_ListNodesResponseInput,
  ListNodesResponse as _sluice_v1_ListNodesResponse,
} from '../../sluice/v1/ListNodesResponse.js';
import type {
  ListPoolsResponseInput as _sluice_v1_ListPoolsResponseInput,
  ListPoolsResponse as _sluice_v1_ListPoolsResponse,
} from '../../sluice/v1/ListPoolsResponse.js';
import type {
  ListRequestInput as _sluice_v1_ListRequestInput,
  ListRequest as _sluice_v1_ListRequest,
} from '../../sluice/v1/ListRequest.js';
import type {
  NameRequestInput as _sluice_v1_NameRequestInput,
  NameRequest as _sluice_v1_NameRequest,
} from '../../sluice/v1/NameRequest.js';
import type { PoolInput as _sluice_v1_PoolInput, Pool as _sluice_v1_Pool } from '../../sluice/v1/Pool.js';
import type {
  SettingsInput as _sluice_v1_SettingsInput,
  Settings as _sluice_v1_Settings,
} from '../../sluice/v1/Settings.js';
import type {
  StatusResponseInput as _sluice_v1_StatusResponseInput,
  StatusResponse as _sluice_v1_StatusResponse,
} from '../../sluice/v1/StatusResponse.js';

export interface ClusterClient extends grpc.Client {
  /**
   * A
   */
  DeleteNode(
    argument: _sluice_v1_NameRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteNode(
    argument: _sluice_v1_NameRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteNode(
    argument: _sluice_v1_NameRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteNode(
    argument: _sluice_v1_NameRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  deleteNode(
    argument: _sluice_v1_NameRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteNode(
    argument: _sluice_v1_NameRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteNode(
    argument: _sluice_v1_NameRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteNode(
    argument: _sluice_v1_NameRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  GetSettings(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  GetSettings(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  GetSettings(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  GetSettings(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  getSettings(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  getSettings(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  getSettings(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  getSettings(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  ListEndpoints(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  ListEndpoints(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  listEndpoints(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;
  listEndpoints(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListEndpointsResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  ListIdentities(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  ListIdentities(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  ListIdentities(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  ListIdentities(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  listIdentities(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  listIdentities(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  listIdentities(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;
  listIdentities(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListIdentitiesResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  ListNodes(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  ListNodes(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  ListNodes(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  ListNodes(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  listNodes(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  listNodes(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  listNodes(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;
  listNodes(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListNodesResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  ListPools(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  ListPools(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  ListPools(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  ListPools(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  listPools(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  listPools(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  listPools(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;
  listPools(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListPoolsResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * A
   */
  PutPool(
    argument: _sluice_v1_PoolInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  PutPool(
    argument: _sluice_v1_PoolInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  PutPool(
    argument: _sluice_v1_PoolInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  PutPool(
    argument: _sluice_v1_PoolInput,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  putPool(
    argument: _sluice_v1_PoolInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  putPool(
    argument: _sluice_v1_PoolInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  putPool(
    argument: _sluice_v1_PoolInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;
  putPool(
    argument: _sluice_v1_PoolInput,
    callback: grpc.requestCallback<_sluice_v1_Pool>,
  ): grpc.ClientUnaryCall;

  /**
   * A
   */
  PutSettings(
    argument: _sluice_v1_SettingsInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  PutSettings(
    argument: _sluice_v1_SettingsInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  PutSettings(
    argument: _sluice_v1_SettingsInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  PutSettings(
    argument: _sluice_v1_SettingsInput,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  putSettings(
    argument: _sluice_v1_SettingsInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  putSettings(
    argument: _sluice_v1_SettingsInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  putSettings(
    argument: _sluice_v1_SettingsInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;
  putSettings(
    argument: _sluice_v1_SettingsInput,
    callback: grpc.requestCallback<_sluice_v1_Settings>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  Status(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  Status(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  status(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
  status(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_StatusResponse>,
  ): grpc.ClientUnaryCall;
}

export interface ClusterHandlers extends grpc.UntypedServiceImplementation {
  /**
   * A
   */
  DeleteNode: grpc.handleUnaryCall<_sluice_v1_NameRequest, _sluice_v1_EmptyInput>;

  /**
   * V
   */
  GetSettings: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_SettingsInput>;

  /**
   * V
   */
  ListEndpoints: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_ListEndpointsResponseInput>;

  /**
   * V
   */
  ListIdentities: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_ListIdentitiesResponseInput>;

  /**
   * V
   */
  ListNodes: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_ListNodesResponseInput>;

  /**
   * V
   */
  ListPools: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_ListPoolsResponseInput>;

  /**
   * A
   */
  PutPool: grpc.handleUnaryCall<_sluice_v1_Pool, _sluice_v1_PoolInput>;

  /**
   * A
   */
  PutSettings: grpc.handleUnaryCall<_sluice_v1_Settings, _sluice_v1_SettingsInput>;

  /**
   * V
   */
  Status: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_StatusResponseInput>;
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  DeleteNode: MethodDefinition<
    _sluice_v1_NameRequestInput,
    _sluice_v1_EmptyInput,
    _sluice_v1_NameRequest,
    _sluice_v1_Empty
  >;
  GetSettings: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_SettingsInput,
    _sluice_v1_ListRequest,
    _sluice_v1_Settings
  >;
  ListEndpoints: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_ListEndpointsResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_ListEndpointsResponse
  >;
  ListIdentities: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_ListIdentitiesResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_ListIdentitiesResponse
  >;
  ListNodes: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_ListNodesResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_ListNodesResponse
  >;
  ListPools: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_ListPoolsResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_ListPoolsResponse
  >;
  PutPool: MethodDefinition<_sluice_v1_PoolInput, _sluice_v1_PoolInput, _sluice_v1_Pool, _sluice_v1_Pool>;
  PutSettings: MethodDefinition<
    _sluice_v1_SettingsInput,
    _sluice_v1_SettingsInput,
    _sluice_v1_Settings,
    _sluice_v1_Settings
  >;
  Status: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_StatusResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_StatusResponse
  >;
}
