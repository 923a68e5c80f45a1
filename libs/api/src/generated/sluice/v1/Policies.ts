// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  ApplyRequestInput as _sluice_v1_ApplyRequestInput,
  ApplyRequest as _sluice_v1_ApplyRequest,
} from '../../sluice/v1/ApplyRequest.js';
import type {
  ApplyResponseInput as _sluice_v1_ApplyResponseInput,
  ApplyResponse as _sluice_v1_ApplyResponse,
} from '../../sluice/v1/ApplyResponse.js';
import type {
  DeletePolicyRequestInput as _sluice_v1_DeletePolicyRequestInput,
  DeletePolicyRequest as _sluice_v1_DeletePolicyRequest,
} from '../../sluice/v1/DeletePolicyRequest.js';
import type {
  HistoryResponseInput as _sluice_v1_HistoryResponseInput,
  HistoryResponse as _sluice_v1_HistoryResponse,
} from '../../sluice/v1/HistoryResponse.js';
import type {
  ListPoliciesRequestInput as _sluice_v1_ListPoliciesRequestInput,
  ListPoliciesRequest as _sluice_v1_ListPoliciesRequest,
} from '../../sluice/v1/ListPoliciesRequest.js';
import type {
  ListPoliciesResponseInput as _sluice_v1_ListPoliciesResponseInput,
  ListPoliciesResponse as _sluice_v1_ListPoliciesResponse,
} from '../../sluice/v1/ListPoliciesResponse.js';
import type {
  PolicyInput as _sluice_v1_PolicyInput,
  Policy as _sluice_v1_Policy,
} from '../../sluice/v1/Policy.js';
import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  RollbackRequestInput as _sluice_v1_RollbackRequestInput,
  RollbackRequest as _sluice_v1_RollbackRequest,
} from '../../sluice/v1/RollbackRequest.js';

/**
 * Roles: V viewer, O operator, A admin, N node. A higher role (admin > operator > viewer) may do what a lower one may.
 */
export interface PoliciesClient extends grpc.Client {
  /**
   * O
   */
  Apply(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Apply(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Apply(
    argument: _sluice_v1_ApplyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Apply(
    argument: _sluice_v1_ApplyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  apply(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  apply(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  apply(
    argument: _sluice_v1_ApplyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  apply(
    argument: _sluice_v1_ApplyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * O
   */
  Delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  delete(
    argument: _sluice_v1_DeletePolicyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  Get(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  Get(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  Get(
    argument: _sluice_v1_PolicyRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  Get(
    argument: _sluice_v1_PolicyRefInput,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  get(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  get(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  get(
    argument: _sluice_v1_PolicyRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;
  get(
    argument: _sluice_v1_PolicyRefInput,
    callback: grpc.requestCallback<_sluice_v1_Policy>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  History(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  History(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  History(
    argument: _sluice_v1_PolicyRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  History(
    argument: _sluice_v1_PolicyRefInput,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  history(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  history(
    argument: _sluice_v1_PolicyRefInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  history(
    argument: _sluice_v1_PolicyRefInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;
  history(
    argument: _sluice_v1_PolicyRefInput,
    callback: grpc.requestCallback<_sluice_v1_HistoryResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  List(
    argument: _sluice_v1_ListPoliciesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  List(
    argument: _sluice_v1_ListPoliciesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  List(
    argument: _sluice_v1_ListPoliciesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  List(
    argument: _sluice_v1_ListPoliciesRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  list(
    argument: _sluice_v1_ListPoliciesRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  list(
    argument: _sluice_v1_ListPoliciesRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  list(
    argument: _sluice_v1_ListPoliciesRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;
  list(
    argument: _sluice_v1_ListPoliciesRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ListPoliciesResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * O
   */
  Rollback(
    argument: _sluice_v1_RollbackRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Rollback(
    argument: _sluice_v1_RollbackRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Rollback(
    argument: _sluice_v1_RollbackRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Rollback(
    argument: _sluice_v1_RollbackRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  rollback(
    argument: _sluice_v1_RollbackRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  rollback(
    argument: _sluice_v1_RollbackRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  rollback(
    argument: _sluice_v1_RollbackRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  rollback(
    argument: _sluice_v1_RollbackRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V: as apply with dry_run
   */
  Validate(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Validate(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Validate(
    argument: _sluice_v1_ApplyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Validate(
    argument: _sluice_v1_ApplyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V: as apply with dry_run
   */
  validate(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  validate(
    argument: _sluice_v1_ApplyRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  validate(
    argument: _sluice_v1_ApplyRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  validate(
    argument: _sluice_v1_ApplyRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
}

/**
 * Roles: V viewer, O operator, A admin, N node. A higher role (admin > operator > viewer) may do what a lower one may.
 */
export interface PoliciesHandlers extends grpc.UntypedServiceImplementation {
  /**
   * O
   */
  Apply: grpc.handleUnaryCall<_sluice_v1_ApplyRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * O
   */
  Delete: grpc.handleUnaryCall<_sluice_v1_DeletePolicyRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * V
   */
  Get: grpc.handleUnaryCall<_sluice_v1_PolicyRef, _sluice_v1_PolicyInput>;

  /**
   * V
   */
  History: grpc.handleUnaryCall<_sluice_v1_PolicyRef, _sluice_v1_HistoryResponseInput>;

  /**
   * V
   */
  List: grpc.handleUnaryCall<_sluice_v1_ListPoliciesRequest, _sluice_v1_ListPoliciesResponseInput>;

  /**
   * O
   */
  Rollback: grpc.handleUnaryCall<_sluice_v1_RollbackRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * V: as apply with dry_run
   */
  Validate: grpc.handleUnaryCall<_sluice_v1_ApplyRequest, _sluice_v1_ApplyResponseInput>;
}

export interface PoliciesDefinition extends grpc.ServiceDefinition {
  Apply: MethodDefinition<
    _sluice_v1_ApplyRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_ApplyRequest,
    _sluice_v1_ApplyResponse
  >;
  Delete: MethodDefinition<
    _sluice_v1_DeletePolicyRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_DeletePolicyRequest,
    _sluice_v1_ApplyResponse
  >;
  Get: MethodDefinition<
    _sluice_v1_PolicyRefInput,
    _sluice_v1_PolicyInput,
    _sluice_v1_PolicyRef,
    _sluice_v1_Policy
  >;
  History: MethodDefinition<
    _sluice_v1_PolicyRefInput,
    _sluice_v1_HistoryResponseInput,
    _sluice_v1_PolicyRef,
    _sluice_v1_HistoryResponse
  >;
  List: MethodDefinition<
    _sluice_v1_ListPoliciesRequestInput,
    _sluice_v1_ListPoliciesResponseInput,
    _sluice_v1_ListPoliciesRequest,
    _sluice_v1_ListPoliciesResponse
  >;
  Rollback: MethodDefinition<
    _sluice_v1_RollbackRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_RollbackRequest,
    _sluice_v1_ApplyResponse
  >;
  Validate: MethodDefinition<
    _sluice_v1_ApplyRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_ApplyRequest,
    _sluice_v1_ApplyResponse
  >;
}
