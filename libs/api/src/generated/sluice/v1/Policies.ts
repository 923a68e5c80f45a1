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
  AuditRequestInput as _sluice_v1_AuditRequestInput,
  AuditRequest as _sluice_v1_AuditRequest,
} from '../../sluice/v1/AuditRequest.js';
import type {
  AuditResponseInput as _sluice_v1_AuditResponseInput,
  AuditResponse as _sluice_v1_AuditResponse,
} from '../../sluice/v1/AuditResponse.js';
import type {
  ConfirmRequestInput as _sluice_v1_ConfirmRequestInput,
  ConfirmRequest as _sluice_v1_ConfirmRequest,
} from '../../sluice/v1/ConfirmRequest.js';
import type {
  DeletePolicyRequestInput as _sluice_v1_DeletePolicyRequestInput,
  DeletePolicyRequest as _sluice_v1_DeletePolicyRequest,
} from '../../sluice/v1/DeletePolicyRequest.js';
import type {
  DiffRequestInput as _sluice_v1_DiffRequestInput,
  DiffRequest as _sluice_v1_DiffRequest,
} from '../../sluice/v1/DiffRequest.js';
import type {
  DiffResponseInput as _sluice_v1_DiffResponseInput,
  DiffResponse as _sluice_v1_DiffResponse,
} from '../../sluice/v1/DiffResponse.js';
import type {
  EmptyInput as _sluice_v1_EmptyInput,
  Empty as _sluice_v1_Empty,
} from '../../sluice/v1/Empty.js';
import type {
  ExplainRequestInput as _sluice_v1_ExplainRequestInput,
  ExplainRequest as _sluice_v1_ExplainRequest,
} from '../../sluice/v1/ExplainRequest.js';
import type {
  ExplainResponseInput as _sluice_v1_ExplainResponseInput,
  ExplainResponse as _sluice_v1_ExplainResponse,
} from '../../sluice/v1/ExplainResponse.js';
import type {
  HistoryResponseInput as _sluice_v1_HistoryResponseInput,
  HistoryResponse as _sluice_v1_HistoryResponse,
} from '../../sluice/v1/HistoryResponse.js';
import type {
  LintRequestInput as _sluice_v1_LintRequestInput,
  LintRequest as _sluice_v1_LintRequest,
} from '../../sluice/v1/LintRequest.js';
import type {
  LintResponseInput as _sluice_v1_LintResponseInput,
  LintResponse as _sluice_v1_LintResponse,
} from '../../sluice/v1/LintResponse.js';
import type {
  ListPoliciesRequestInput as _sluice_v1_ListPoliciesRequestInput,
  ListPoliciesRequest as _sluice_v1_ListPoliciesRequest,
} from '../../sluice/v1/ListPoliciesRequest.js';
import type {
  ListPoliciesResponseInput as _sluice_v1_ListPoliciesResponseInput,
  ListPoliciesResponse as _sluice_v1_ListPoliciesResponse,
} from '../../sluice/v1/ListPoliciesResponse.js';
import type {
  PlanRequestInput as _sluice_v1_PlanRequestInput,
  PlanRequest as _sluice_v1_PlanRequest,
} from '../../sluice/v1/PlanRequest.js';
import type {
  PlanResponseInput as _sluice_v1_PlanResponseInput,
  PlanResponse as _sluice_v1_PlanResponse,
} from '../../sluice/v1/PlanResponse.js';
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
import type {
  SuggestRequestInput as _sluice_v1_SuggestRequestInput,
  SuggestRequest as _sluice_v1_SuggestRequest,
} from '../../sluice/v1/SuggestRequest.js';
import type {
  SuggestResponseInput as _sluice_v1_SuggestResponseInput,
  SuggestResponse as _sluice_v1_SuggestResponse,
} from '../../sluice/v1/SuggestResponse.js';
import type {
  SuspendRequestInput as _sluice_v1_SuspendRequestInput,
  SuspendRequest as _sluice_v1_SuspendRequest,
} from '../../sluice/v1/SuspendRequest.js';
import type {
  SuspensionInput as _sluice_v1_SuspensionInput,
  Suspension as _sluice_v1_Suspension,
} from '../../sluice/v1/Suspension.js';
import type {
  TraceRequestInput as _sluice_v1_TraceRequestInput,
  TraceRequest as _sluice_v1_TraceRequest,
} from '../../sluice/v1/TraceRequest.js';

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
   * V
   */
  Audit(
    argument: _sluice_v1_AuditRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  Audit(
    argument: _sluice_v1_AuditRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  Audit(
    argument: _sluice_v1_AuditRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  Audit(
    argument: _sluice_v1_AuditRequestInput,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  audit(
    argument: _sluice_v1_AuditRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  audit(
    argument: _sluice_v1_AuditRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  audit(
    argument: _sluice_v1_AuditRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;
  audit(
    argument: _sluice_v1_AuditRequestInput,
    callback: grpc.requestCallback<_sluice_v1_AuditResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * O
   */
  Confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  Confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * O
   */
  confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  confirm(
    argument: _sluice_v1_ConfirmRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ApplyResponse>,
  ): grpc.ClientUnaryCall;
  confirm(
    argument: _sluice_v1_ConfirmRequestInput,
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
  Diff(
    argument: _sluice_v1_DiffRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  Diff(
    argument: _sluice_v1_DiffRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  Diff(
    argument: _sluice_v1_DiffRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  Diff(
    argument: _sluice_v1_DiffRequestInput,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  diff(
    argument: _sluice_v1_DiffRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  diff(
    argument: _sluice_v1_DiffRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  diff(
    argument: _sluice_v1_DiffRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;
  diff(
    argument: _sluice_v1_DiffRequestInput,
    callback: grpc.requestCallback<_sluice_v1_DiffResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  Explain(
    argument: _sluice_v1_ExplainRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Explain(
    argument: _sluice_v1_ExplainRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Explain(
    argument: _sluice_v1_ExplainRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Explain(
    argument: _sluice_v1_ExplainRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  explain(
    argument: _sluice_v1_ExplainRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  explain(
    argument: _sluice_v1_ExplainRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  explain(
    argument: _sluice_v1_ExplainRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  explain(
    argument: _sluice_v1_ExplainRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
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
  Lint(
    argument: _sluice_v1_LintRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  Lint(
    argument: _sluice_v1_LintRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  Lint(
    argument: _sluice_v1_LintRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  Lint(
    argument: _sluice_v1_LintRequestInput,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  lint(
    argument: _sluice_v1_LintRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  lint(
    argument: _sluice_v1_LintRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  lint(
    argument: _sluice_v1_LintRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
  ): grpc.ClientUnaryCall;
  lint(
    argument: _sluice_v1_LintRequestInput,
    callback: grpc.requestCallback<_sluice_v1_LintResponse>,
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
   * V
   */
  Plan(
    argument: _sluice_v1_PlanRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  Plan(
    argument: _sluice_v1_PlanRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  Plan(
    argument: _sluice_v1_PlanRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  Plan(
    argument: _sluice_v1_PlanRequestInput,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  plan(
    argument: _sluice_v1_PlanRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  plan(
    argument: _sluice_v1_PlanRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  plan(
    argument: _sluice_v1_PlanRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;
  plan(
    argument: _sluice_v1_PlanRequestInput,
    callback: grpc.requestCallback<_sluice_v1_PlanResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * A
   */
  Resume(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Resume(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Resume(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Resume(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  resume(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  resume(
    argument: _sluice_v1_EmptyInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  resume(
    argument: _sluice_v1_EmptyInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  resume(
    argument: _sluice_v1_EmptyInput,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
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
   * V
   */
  Suggest(
    argument: _sluice_v1_SuggestRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  Suggest(
    argument: _sluice_v1_SuggestRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  Suggest(
    argument: _sluice_v1_SuggestRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  Suggest(
    argument: _sluice_v1_SuggestRequestInput,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  suggest(
    argument: _sluice_v1_SuggestRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  suggest(
    argument: _sluice_v1_SuggestRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  suggest(
    argument: _sluice_v1_SuggestRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;
  suggest(
    argument: _sluice_v1_SuggestRequestInput,
    callback: grpc.requestCallback<_sluice_v1_SuggestResponse>,
  ): grpc.ClientUnaryCall;

  /**
   * A
   */
  Suspend(
    argument: _sluice_v1_SuspendRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Suspend(
    argument: _sluice_v1_SuspendRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Suspend(
    argument: _sluice_v1_SuspendRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  Suspend(
    argument: _sluice_v1_SuspendRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  /**
   * A
   */
  suspend(
    argument: _sluice_v1_SuspendRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  suspend(
    argument: _sluice_v1_SuspendRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  suspend(
    argument: _sluice_v1_SuspendRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;
  suspend(
    argument: _sluice_v1_SuspendRequestInput,
    callback: grpc.requestCallback<_sluice_v1_Suspension>,
  ): grpc.ClientUnaryCall;

  /**
   * V
   */
  Trace(
    argument: _sluice_v1_TraceRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Trace(
    argument: _sluice_v1_TraceRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Trace(
    argument: _sluice_v1_TraceRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  Trace(
    argument: _sluice_v1_TraceRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  /**
   * V
   */
  trace(
    argument: _sluice_v1_TraceRequestInput,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  trace(
    argument: _sluice_v1_TraceRequestInput,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  trace(
    argument: _sluice_v1_TraceRequestInput,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
  ): grpc.ClientUnaryCall;
  trace(
    argument: _sluice_v1_TraceRequestInput,
    callback: grpc.requestCallback<_sluice_v1_ExplainResponse>,
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
   * V
   */
  Audit: grpc.handleUnaryCall<_sluice_v1_AuditRequest, _sluice_v1_AuditResponseInput>;

  /**
   * O
   */
  Confirm: grpc.handleUnaryCall<_sluice_v1_ConfirmRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * O
   */
  Delete: grpc.handleUnaryCall<_sluice_v1_DeletePolicyRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * V
   */
  Diff: grpc.handleUnaryCall<_sluice_v1_DiffRequest, _sluice_v1_DiffResponseInput>;

  /**
   * V
   */
  Explain: grpc.handleUnaryCall<_sluice_v1_ExplainRequest, _sluice_v1_ExplainResponseInput>;

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
  Lint: grpc.handleUnaryCall<_sluice_v1_LintRequest, _sluice_v1_LintResponseInput>;

  /**
   * V
   */
  List: grpc.handleUnaryCall<_sluice_v1_ListPoliciesRequest, _sluice_v1_ListPoliciesResponseInput>;

  /**
   * V
   */
  Plan: grpc.handleUnaryCall<_sluice_v1_PlanRequest, _sluice_v1_PlanResponseInput>;

  /**
   * A
   */
  Resume: grpc.handleUnaryCall<_sluice_v1_Empty, _sluice_v1_SuspensionInput>;

  /**
   * O
   */
  Rollback: grpc.handleUnaryCall<_sluice_v1_RollbackRequest, _sluice_v1_ApplyResponseInput>;

  /**
   * V
   */
  Suggest: grpc.handleUnaryCall<_sluice_v1_SuggestRequest, _sluice_v1_SuggestResponseInput>;

  /**
   * A
   */
  Suspend: grpc.handleUnaryCall<_sluice_v1_SuspendRequest, _sluice_v1_SuspensionInput>;

  /**
   * V
   */
  Trace: grpc.handleUnaryCall<_sluice_v1_TraceRequest, _sluice_v1_ExplainResponseInput>;

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
  Audit: MethodDefinition<
    _sluice_v1_AuditRequestInput,
    _sluice_v1_AuditResponseInput,
    _sluice_v1_AuditRequest,
    _sluice_v1_AuditResponse
  >;
  Confirm: MethodDefinition<
    _sluice_v1_ConfirmRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_ConfirmRequest,
    _sluice_v1_ApplyResponse
  >;
  Delete: MethodDefinition<
    _sluice_v1_DeletePolicyRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_DeletePolicyRequest,
    _sluice_v1_ApplyResponse
  >;
  Diff: MethodDefinition<
    _sluice_v1_DiffRequestInput,
    _sluice_v1_DiffResponseInput,
    _sluice_v1_DiffRequest,
    _sluice_v1_DiffResponse
  >;
  Explain: MethodDefinition<
    _sluice_v1_ExplainRequestInput,
    _sluice_v1_ExplainResponseInput,
    _sluice_v1_ExplainRequest,
    _sluice_v1_ExplainResponse
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
  Lint: MethodDefinition<
    _sluice_v1_LintRequestInput,
    _sluice_v1_LintResponseInput,
    _sluice_v1_LintRequest,
    _sluice_v1_LintResponse
  >;
  List: MethodDefinition<
    _sluice_v1_ListPoliciesRequestInput,
    _sluice_v1_ListPoliciesResponseInput,
    _sluice_v1_ListPoliciesRequest,
    _sluice_v1_ListPoliciesResponse
  >;
  Plan: MethodDefinition<
    _sluice_v1_PlanRequestInput,
    _sluice_v1_PlanResponseInput,
    _sluice_v1_PlanRequest,
    _sluice_v1_PlanResponse
  >;
  Resume: MethodDefinition<
    _sluice_v1_EmptyInput,
    _sluice_v1_SuspensionInput,
    _sluice_v1_Empty,
    _sluice_v1_Suspension
  >;
  Rollback: MethodDefinition<
    _sluice_v1_RollbackRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_RollbackRequest,
    _sluice_v1_ApplyResponse
  >;
  Suggest: MethodDefinition<
    _sluice_v1_SuggestRequestInput,
    _sluice_v1_SuggestResponseInput,
    _sluice_v1_SuggestRequest,
    _sluice_v1_SuggestResponse
  >;
  Suspend: MethodDefinition<
    _sluice_v1_SuspendRequestInput,
    _sluice_v1_SuspensionInput,
    _sluice_v1_SuspendRequest,
    _sluice_v1_Suspension
  >;
  Trace: MethodDefinition<
    _sluice_v1_TraceRequestInput,
    _sluice_v1_ExplainResponseInput,
    _sluice_v1_TraceRequest,
    _sluice_v1_ExplainResponse
  >;
  Validate: MethodDefinition<
    _sluice_v1_ApplyRequestInput,
    _sluice_v1_ApplyResponseInput,
    _sluice_v1_ApplyRequest,
    _sluice_v1_ApplyResponse
  >;
}
