// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  AcceptStoreRequestInput as _sluice_v1_AcceptStoreRequestInput,
  AcceptStoreRequest as _sluice_v1_AcceptStoreRequest,
} from '../../sluice/v1/AcceptStoreRequest.js';
import type {
  AcceptStoreResponseInput as _sluice_v1_AcceptStoreResponseInput,
  AcceptStoreResponse as _sluice_v1_AcceptStoreResponse,
} from '../../sluice/v1/AcceptStoreResponse.js';
import type {
  EmptyInput as _sluice_v1_EmptyInput,
  Empty as _sluice_v1_Empty,
} from '../../sluice/v1/Empty.js';
import type {
  KnownStoresResponseInput as _sluice_v1_KnownStoresResponseInput,
  KnownStoresResponse as _sluice_v1_KnownStoresResponse,
} from '../../sluice/v1/KnownStoresResponse.js';
import type {
  LabelNodeRequestInput as _sluice_v1_LabelNodeRequestInput,
  LabelNodeRequest as _sluice_v1_LabelNodeRequest,
} from '../../sluice/v1/LabelNodeRequest.js';
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
  ListServicesRequestInput as _sluice_v1_ListServicesRequestInput,
  ListServicesRequest as _sluice_v1_ListServicesRequest,
} from '../../sluice/v1/ListServicesRequest.js';
import type {
  ListServicesResponseInput as _sluice_v1_ListServicesResponseInput,
  ListServicesResponse as _sluice_v1_ListServicesResponse,
} from '../../sluice/v1/ListServicesResponse.js';
import type {
  NameRequestInput as _sluice_v1_NameRequestInput,
  NameRequest as _sluice_v1_NameRequest,
} from '../../sluice/v1/NameRequest.js';
import type { NodeInput as _sluice_v1_NodeInput, Node as _sluice_v1_Node } from '../../sluice/v1/Node.js';
import type { PoolInput as _sluice_v1_PoolInput, Pool as _sluice_v1_Pool } from '../../sluice/v1/Pool.js';
import type {
  ServiceInput as _sluice_v1_ServiceInput,
  Service as _sluice_v1_Service,
} from '../../sluice/v1/Service.js';
import type {
  ServiceRefInput as _sluice_v1_ServiceRefInput,
  ServiceRef as _sluice_v1_ServiceRef,
} from '../../sluice/v1/ServiceRef.js';
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
  AcceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  AcceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  AcceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  AcceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  acceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  acceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  acceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;
  acceptStore(
    argument: _sluice_v1_AcceptStoreRequestInput,
    callback: grpc.requestCallback<_sluice_v1_AcceptStoreResponse>,
  ): grpc.ClientUnaryCall;

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
   * O
   */
  DeleteService(
    argument: _sluice_v1_ServiceRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteService(
    argument: _sluice_v1_ServiceRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteService(
    argument: _sluice_v1_ServiceRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  DeleteService(
    argument: _sluice_v1_ServiceRefInput,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  deleteService(
    argument: _sluice_v1_ServiceRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteService(
    argument: _sluice_v1_ServiceRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteService(
    argument: _sluice_v1_ServiceRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Empty>,
  ): grpc.ClientUnaryCall;
  deleteService(
    argument: _sluice_v1_ServiceRefInput,
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
   * V; of the agents whose streams end at this replica
   */
  KnownStores(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  KnownStores(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  KnownStores(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  KnownStores(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V; of the agents whose streams end at this replica
   */
  knownStores(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  knownStores(
    argument: _sluice_v1_ListRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  knownStores(
    argument: _sluice_v1_ListRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;
  knownStores(
    argument: _sluice_v1_ListRequestInput,
    callback: grpc.requestCallback<_sluice_v1_KnownStoresResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * A
   */
  LabelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  LabelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  LabelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  LabelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  labelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  labelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  labelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Node>,
  ): grpc.ClientUnaryCall;
  labelNode(
    argument: _sluice_v1_LabelNodeRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Node>,
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
   * V
   */
  ListServices(
    argument: _sluice_v1_ListServicesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  ListServices(
    argument: _sluice_v1_ListServicesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  ListServices(
    argument: _sluice_v1_ListServicesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  ListServices(
    argument: _sluice_v1_ListServicesRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  listServices(
    argument: _sluice_v1_ListServicesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  listServices(
    argument: _sluice_v1_ListServicesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  listServices(
    argument: _sluice_v1_ListServicesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
  ): grpc.ClientUnaryCall;
  listServices(
    argument: _sluice_v1_ListServicesRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListServicesResponse>,
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
   * O
   */
  PutService(
    argument: _sluice_v1_ServiceInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  PutService(
    argument: _sluice_v1_ServiceInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  PutService(
    argument: _sluice_v1_ServiceInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  PutService(
    argument: _sluice_v1_ServiceInput,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  putService(
    argument: _sluice_v1_ServiceInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  putService(
    argument: _sluice_v1_ServiceInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  putService(
    argument: _sluice_v1_ServiceInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Service>,
  ): grpc.ClientUnaryCall;
  putService(
    argument: _sluice_v1_ServiceInput,
    callback: grpc.requestCallback<_sluice_v1_Service>,
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
  AcceptStore: grpc.handleUnaryCall<_sluice_v1_AcceptStoreRequest, _sluice_v1_AcceptStoreResponseInput>;

  /**
   * A
   */
  DeleteNode: grpc.handleUnaryCall<_sluice_v1_NameRequest, _sluice_v1_EmptyInput>;

  /**
   * O
   */
  DeleteService: grpc.handleUnaryCall<_sluice_v1_ServiceRef, _sluice_v1_EmptyInput>;

  /**
   * V
   */
  GetSettings: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_SettingsInput>;

  /**
   * V; of the agents whose streams end at this replica
   */
  KnownStores: grpc.handleUnaryCall<_sluice_v1_ListRequest, _sluice_v1_KnownStoresResponseInput>;

  /**
   * A
   */
  LabelNode: grpc.handleUnaryCall<_sluice_v1_LabelNodeRequest, _sluice_v1_NodeInput>;

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
   * V
   */
  ListServices: grpc.handleUnaryCall<_sluice_v1_ListServicesRequest, _sluice_v1_ListServicesResponseInput>;

  /**
   * A
   */
  PutPool: grpc.handleUnaryCall<_sluice_v1_Pool, _sluice_v1_PoolInput>;

  /**
   * O
   */
  PutService: grpc.handleUnaryCall<_sluice_v1_Service, _sluice_v1_ServiceInput>;

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
  AcceptStore: MethodDefinition<
    _sluice_v1_AcceptStoreRequestInput,
    _sluice_v1_AcceptStoreResponseInput,
    _sluice_v1_AcceptStoreRequest,
    _sluice_v1_AcceptStoreResponse
  >;
  DeleteNode: MethodDefinition<
    _sluice_v1_NameRequestInput,
    _sluice_v1_EmptyInput,
    _sluice_v1_NameRequest,
    _sluice_v1_Empty
  >;
  DeleteService: MethodDefinition<
    _sluice_v1_ServiceRefInput,
    _sluice_v1_EmptyInput,
    _sluice_v1_ServiceRef,
    _sluice_v1_Empty
  >;
  GetSettings: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_SettingsInput,
    _sluice_v1_ListRequest,
    _sluice_v1_Settings
  >;
  KnownStores: MethodDefinition<
    _sluice_v1_ListRequestInput,
    _sluice_v1_KnownStoresResponseInput,
    _sluice_v1_ListRequest,
    _sluice_v1_KnownStoresResponse
  >;
  LabelNode: MethodDefinition<
    _sluice_v1_LabelNodeRequestInput,
    _sluice_v1_NodeInput,
    _sluice_v1_LabelNodeRequest,
    _sluice_v1_Node
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
  ListServices: MethodDefinition<
    _sluice_v1_ListServicesRequestInput,
    _sluice_v1_ListServicesResponseInput,
    _sluice_v1_ListServicesRequest,
    _sluice_v1_ListServicesResponse
  >;
  PutPool: MethodDefinition<_sluice_v1_PoolInput, _sluice_v1_PoolInput, _sluice_v1_Pool, _sluice_v1_Pool>;
  PutService: MethodDefinition<
    _sluice_v1_ServiceInput,
    _sluice_v1_ServiceInput,
    _sluice_v1_Service,
    _sluice_v1_Service
  >;
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
