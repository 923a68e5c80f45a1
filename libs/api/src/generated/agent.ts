import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type {
  AcceptStoreRequestInput as _sluice_v1_AcceptStoreRequestInput,
  AcceptStoreRequest as _sluice_v1_AcceptStoreRequest,
} from './sluice/v1/AcceptStoreRequest.js';
import type {
  AcceptStoreResponseInput as _sluice_v1_AcceptStoreResponseInput,
  AcceptStoreResponse as _sluice_v1_AcceptStoreResponse,
} from './sluice/v1/AcceptStoreResponse.js';
import type {
  AddEndpointRequestInput as _sluice_v1_AddEndpointRequestInput,
  AddEndpointRequest as _sluice_v1_AddEndpointRequest,
} from './sluice/v1/AddEndpointRequest.js';
import type {
  AgentClient as _sluice_v1_AgentClient,
  AgentDefinition as _sluice_v1_AgentDefinition,
} from './sluice/v1/Agent.js';
import type {
  AgentMessageInput as _sluice_v1_AgentMessageInput,
  AgentMessage as _sluice_v1_AgentMessage,
} from './sluice/v1/AgentMessage.js';
import type {
  AgentStatusInput as _sluice_v1_AgentStatusInput,
  AgentStatus as _sluice_v1_AgentStatus,
} from './sluice/v1/AgentStatus.js';
import type {
  AgentStreamClient as _sluice_v1_AgentStreamClient,
  AgentStreamDefinition as _sluice_v1_AgentStreamDefinition,
} from './sluice/v1/AgentStream.js';
import type {
  ApplyRequestInput as _sluice_v1_ApplyRequestInput,
  ApplyRequest as _sluice_v1_ApplyRequest,
} from './sluice/v1/ApplyRequest.js';
import type {
  ApplyResponseInput as _sluice_v1_ApplyResponseInput,
  ApplyResponse as _sluice_v1_ApplyResponse,
} from './sluice/v1/ApplyResponse.js';
import type {
  AuditRequestInput as _sluice_v1_AuditRequestInput,
  AuditRequest as _sluice_v1_AuditRequest,
} from './sluice/v1/AuditRequest.js';
import type {
  AuditResponseInput as _sluice_v1_AuditResponseInput,
  AuditResponse as _sluice_v1_AuditResponse,
} from './sluice/v1/AuditResponse.js';
import type { CheckInput as _sluice_v1_CheckInput, Check as _sluice_v1_Check } from './sluice/v1/Check.js';
import type {
  ClusterClient as _sluice_v1_ClusterClient,
  ClusterDefinition as _sluice_v1_ClusterDefinition,
} from './sluice/v1/Cluster.js';
import type {
  ConfirmRequestInput as _sluice_v1_ConfirmRequestInput,
  ConfirmRequest as _sluice_v1_ConfirmRequest,
} from './sluice/v1/ConfirmRequest.js';
import type {
  ControlMessageInput as _sluice_v1_ControlMessageInput,
  ControlMessage as _sluice_v1_ControlMessage,
} from './sluice/v1/ControlMessage.js';
import type {
  DeleteEndpointRequestInput as _sluice_v1_DeleteEndpointRequestInput,
  DeleteEndpointRequest as _sluice_v1_DeleteEndpointRequest,
} from './sluice/v1/DeleteEndpointRequest.js';
import type {
  DeletePolicyRequestInput as _sluice_v1_DeletePolicyRequestInput,
  DeletePolicyRequest as _sluice_v1_DeletePolicyRequest,
} from './sluice/v1/DeletePolicyRequest.js';
import type {
  DiffRequestInput as _sluice_v1_DiffRequestInput,
  DiffRequest as _sluice_v1_DiffRequest,
} from './sluice/v1/DiffRequest.js';
import type {
  DiffResponseInput as _sluice_v1_DiffResponseInput,
  DiffResponse as _sluice_v1_DiffResponse,
} from './sluice/v1/DiffResponse.js';
import type { DoneInput as _sluice_v1_DoneInput, Done as _sluice_v1_Done } from './sluice/v1/Done.js';
import type {
  DumpMapRequestInput as _sluice_v1_DumpMapRequestInput,
  DumpMapRequest as _sluice_v1_DumpMapRequest,
} from './sluice/v1/DumpMapRequest.js';
import type {
  DumpMapResponseInput as _sluice_v1_DumpMapResponseInput,
  DumpMapResponse as _sluice_v1_DumpMapResponse,
} from './sluice/v1/DumpMapResponse.js';
import type { EmptyInput as _sluice_v1_EmptyInput, Empty as _sluice_v1_Empty } from './sluice/v1/Empty.js';
import type {
  EndpointInput as _sluice_v1_EndpointInput,
  Endpoint as _sluice_v1_Endpoint,
} from './sluice/v1/Endpoint.js';
import type {
  EndpointInfoInput as _sluice_v1_EndpointInfoInput,
  EndpointInfo as _sluice_v1_EndpointInfo,
} from './sluice/v1/EndpointInfo.js';
import type {
  EndpointListInput as _sluice_v1_EndpointListInput,
  EndpointList as _sluice_v1_EndpointList,
} from './sluice/v1/EndpointList.js';
import type {
  ExpectationInput as _sluice_v1_ExpectationInput,
  Expectation as _sluice_v1_Expectation,
} from './sluice/v1/Expectation.js';
import type {
  ExplainRequestInput as _sluice_v1_ExplainRequestInput,
  ExplainRequest as _sluice_v1_ExplainRequest,
} from './sluice/v1/ExplainRequest.js';
import type {
  ExplainResponseInput as _sluice_v1_ExplainResponseInput,
  ExplainResponse as _sluice_v1_ExplainResponse,
} from './sluice/v1/ExplainResponse.js';
import type {
  ExplainSideInput as _sluice_v1_ExplainSideInput,
  ExplainSide as _sluice_v1_ExplainSide,
} from './sluice/v1/ExplainSide.js';
import type {
  FailureInput as _sluice_v1_FailureInput,
  Failure as _sluice_v1_Failure,
} from './sluice/v1/Failure.js';
import type {
  FieldDifferenceInput as _sluice_v1_FieldDifferenceInput,
  FieldDifference as _sluice_v1_FieldDifference,
} from './sluice/v1/FieldDifference.js';
import type { FlowInput as _sluice_v1_FlowInput, Flow as _sluice_v1_Flow } from './sluice/v1/Flow.js';
import type {
  FlowBatchInput as _sluice_v1_FlowBatchInput,
  FlowBatch as _sluice_v1_FlowBatch,
} from './sluice/v1/FlowBatch.js';
import type {
  FlowFilterInput as _sluice_v1_FlowFilterInput,
  FlowFilter as _sluice_v1_FlowFilter,
} from './sluice/v1/FlowFilter.js';
import type {
  FlowPeerInput as _sluice_v1_FlowPeerInput,
  FlowPeer as _sluice_v1_FlowPeer,
} from './sluice/v1/FlowPeer.js';
import type {
  FlowsClient as _sluice_v1_FlowsClient,
  FlowsDefinition as _sluice_v1_FlowsDefinition,
} from './sluice/v1/Flows.js';
import type { HelloInput as _sluice_v1_HelloInput, Hello as _sluice_v1_Hello } from './sluice/v1/Hello.js';
import type {
  HistoryResponseInput as _sluice_v1_HistoryResponseInput,
  HistoryResponse as _sluice_v1_HistoryResponse,
} from './sluice/v1/HistoryResponse.js';
import type {
  IdentityInput as _sluice_v1_IdentityInput,
  Identity as _sluice_v1_Identity,
} from './sluice/v1/Identity.js';
import type {
  KnownStoreInput as _sluice_v1_KnownStoreInput,
  KnownStore as _sluice_v1_KnownStore,
} from './sluice/v1/KnownStore.js';
import type {
  KnownStoresResponseInput as _sluice_v1_KnownStoresResponseInput,
  KnownStoresResponse as _sluice_v1_KnownStoresResponse,
} from './sluice/v1/KnownStoresResponse.js';
import type { LabelInput as _sluice_v1_LabelInput, Label as _sluice_v1_Label } from './sluice/v1/Label.js';
import type {
  LabelNodeRequestInput as _sluice_v1_LabelNodeRequestInput,
  LabelNodeRequest as _sluice_v1_LabelNodeRequest,
} from './sluice/v1/LabelNodeRequest.js';
import type {
  LintFindingInput as _sluice_v1_LintFindingInput,
  LintFinding as _sluice_v1_LintFinding,
} from './sluice/v1/LintFinding.js';
import type {
  LintRequestInput as _sluice_v1_LintRequestInput,
  LintRequest as _sluice_v1_LintRequest,
} from './sluice/v1/LintRequest.js';
import type {
  LintResponseInput as _sluice_v1_LintResponseInput,
  LintResponse as _sluice_v1_LintResponse,
} from './sluice/v1/LintResponse.js';
import type {
  ListEndpointsResponseInput as _sluice_v1_ListEndpointsResponseInput,
  ListEndpointsResponse as _sluice_v1_ListEndpointsResponse,
} from './sluice/v1/ListEndpointsResponse.js';
import type {
  ListIdentitiesResponseInput as _sluice_v1_ListIdentitiesResponseInput,
  ListIdentitiesResponse as _sluice_v1_ListIdentitiesResponse,
} from './sluice/v1/ListIdentitiesResponse.js';
import type {
  ListNodesResponseInput as _sluice_v1_ListNodesResponseInput,
  ListNodesResponse as _sluice_v1_ListNodesResponse,
} from './sluice/v1/ListNodesResponse.js';
import type {
  ListPoliciesRequestInput as _sluice_v1_ListPoliciesRequestInput,
  ListPoliciesRequest as _sluice_v1_ListPoliciesRequest,
} from './sluice/v1/ListPoliciesRequest.js';
import type {
  ListPoliciesResponseInput as _sluice_v1_ListPoliciesResponseInput,
  ListPoliciesResponse as _sluice_v1_ListPoliciesResponse,
} from './sluice/v1/ListPoliciesResponse.js';
import type {
  ListPoolsResponseInput as _sluice_v1_ListPoolsResponseInput,
  ListPoolsResponse as _sluice_v1_ListPoolsResponse,
} from './sluice/v1/ListPoolsResponse.js';
import type {
  ListRequestInput as _sluice_v1_ListRequestInput,
  ListRequest as _sluice_v1_ListRequest,
} from './sluice/v1/ListRequest.js';
import type {
  ListServicesRequestInput as _sluice_v1_ListServicesRequestInput,
  ListServicesRequest as _sluice_v1_ListServicesRequest,
} from './sluice/v1/ListServicesRequest.js';
import type {
  ListServicesResponseInput as _sluice_v1_ListServicesResponseInput,
  ListServicesResponse as _sluice_v1_ListServicesResponse,
} from './sluice/v1/ListServicesResponse.js';
import type {
  NameRequestInput as _sluice_v1_NameRequestInput,
  NameRequest as _sluice_v1_NameRequest,
} from './sluice/v1/NameRequest.js';
import type {
  NamedPortInput as _sluice_v1_NamedPortInput,
  NamedPort as _sluice_v1_NamedPort,
} from './sluice/v1/NamedPort.js';
import type { NodeInput as _sluice_v1_NodeInput, Node as _sluice_v1_Node } from './sluice/v1/Node.js';
import type {
  NodeEnforcementInput as _sluice_v1_NodeEnforcementInput,
  NodeEnforcement as _sluice_v1_NodeEnforcement,
} from './sluice/v1/NodeEnforcement.js';
import type {
  NodeInspectionClient as _sluice_v1_NodeInspectionClient,
  NodeInspectionDefinition as _sluice_v1_NodeInspectionDefinition,
} from './sluice/v1/NodeInspection.js';
import type {
  ObserveRequestInput as _sluice_v1_ObserveRequestInput,
  ObserveRequest as _sluice_v1_ObserveRequest,
} from './sluice/v1/ObserveRequest.js';
import type { PartyInput as _sluice_v1_PartyInput, Party as _sluice_v1_Party } from './sluice/v1/Party.js';
import type {
  PendingNodeInput as _sluice_v1_PendingNodeInput,
  PendingNode as _sluice_v1_PendingNode,
} from './sluice/v1/PendingNode.js';
import type {
  PlanRequestInput as _sluice_v1_PlanRequestInput,
  PlanRequest as _sluice_v1_PlanRequest,
} from './sluice/v1/PlanRequest.js';
import type {
  PlanResponseInput as _sluice_v1_PlanResponseInput,
  PlanResponse as _sluice_v1_PlanResponse,
} from './sluice/v1/PlanResponse.js';
import type {
  PlanRowInput as _sluice_v1_PlanRowInput,
  PlanRow as _sluice_v1_PlanRow,
} from './sluice/v1/PlanRow.js';
import type {
  PoliciesClient as _sluice_v1_PoliciesClient,
  PoliciesDefinition as _sluice_v1_PoliciesDefinition,
} from './sluice/v1/Policies.js';
import type {
  PolicyInput as _sluice_v1_PolicyInput,
  Policy as _sluice_v1_Policy,
} from './sluice/v1/Policy.js';
import type {
  PolicyFormInput as _sluice_v1_PolicyFormInput,
  PolicyForm as _sluice_v1_PolicyForm,
} from './sluice/v1/PolicyForm.js';
import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from './sluice/v1/PolicyRef.js';
import type {
  PolicyResultInput as _sluice_v1_PolicyResultInput,
  PolicyResult as _sluice_v1_PolicyResult,
} from './sluice/v1/PolicyResult.js';
import type { PoolInput as _sluice_v1_PoolInput, Pool as _sluice_v1_Pool } from './sluice/v1/Pool.js';
import type {
  ProblemInput as _sluice_v1_ProblemInput,
  Problem as _sluice_v1_Problem,
} from './sluice/v1/Problem.js';
import type {
  RealizationInput as _sluice_v1_RealizationInput,
  Realization as _sluice_v1_Realization,
} from './sluice/v1/Realization.js';
import type {
  RecordedBatchInput as _sluice_v1_RecordedBatchInput,
  RecordedBatch as _sluice_v1_RecordedBatch,
} from './sluice/v1/RecordedBatch.js';
import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from './sluice/v1/RecordedFlow.js';
import type {
  RecordedRequestInput as _sluice_v1_RecordedRequestInput,
  RecordedRequest as _sluice_v1_RecordedRequest,
} from './sluice/v1/RecordedRequest.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from './sluice/v1/Revision.js';
import type {
  RollbackRequestInput as _sluice_v1_RollbackRequestInput,
  RollbackRequest as _sluice_v1_RollbackRequest,
} from './sluice/v1/RollbackRequest.js';
import type {
  RuleMatchInput as _sluice_v1_RuleMatchInput,
  RuleMatch as _sluice_v1_RuleMatch,
} from './sluice/v1/RuleMatch.js';
import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from './sluice/v1/RuleRef.js';
import type {
  ServiceInput as _sluice_v1_ServiceInput,
  Service as _sluice_v1_Service,
} from './sluice/v1/Service.js';
import type {
  ServiceRefInput as _sluice_v1_ServiceRefInput,
  ServiceRef as _sluice_v1_ServiceRef,
} from './sluice/v1/ServiceRef.js';
import type {
  SettingsInput as _sluice_v1_SettingsInput,
  Settings as _sluice_v1_Settings,
} from './sluice/v1/Settings.js';
import type {
  StatusResponseInput as _sluice_v1_StatusResponseInput,
  StatusResponse as _sluice_v1_StatusResponse,
} from './sluice/v1/StatusResponse.js';
import type {
  StringListInput as _sluice_v1_StringListInput,
  StringList as _sluice_v1_StringList,
} from './sluice/v1/StringList.js';
import type {
  SubjectSizeInput as _sluice_v1_SubjectSizeInput,
  SubjectSize as _sluice_v1_SubjectSize,
} from './sluice/v1/SubjectSize.js';
import type {
  SuggestRequestInput as _sluice_v1_SuggestRequestInput,
  SuggestRequest as _sluice_v1_SuggestRequest,
} from './sluice/v1/SuggestRequest.js';
import type {
  SuggestResponseInput as _sluice_v1_SuggestResponseInput,
  SuggestResponse as _sluice_v1_SuggestResponse,
} from './sluice/v1/SuggestResponse.js';
import type {
  SuspendEnforcementRequestInput as _sluice_v1_SuspendEnforcementRequestInput,
  SuspendEnforcementRequest as _sluice_v1_SuspendEnforcementRequest,
} from './sluice/v1/SuspendEnforcementRequest.js';
import type {
  SuspendRequestInput as _sluice_v1_SuspendRequestInput,
  SuspendRequest as _sluice_v1_SuspendRequest,
} from './sluice/v1/SuspendRequest.js';
import type {
  SuspensionInput as _sluice_v1_SuspensionInput,
  Suspension as _sluice_v1_Suspension,
} from './sluice/v1/Suspension.js';
import type {
  TraceRequestInput as _sluice_v1_TraceRequestInput,
  TraceRequest as _sluice_v1_TraceRequest,
} from './sluice/v1/TraceRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new (...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  sluice: {
    v1: {
      AcceptStoreRequest: MessageTypeDefinition<
        _sluice_v1_AcceptStoreRequestInput,
        _sluice_v1_AcceptStoreRequest
      >;
      AcceptStoreResponse: MessageTypeDefinition<
        _sluice_v1_AcceptStoreResponseInput,
        _sluice_v1_AcceptStoreResponse
      >;
      AddEndpointRequest: MessageTypeDefinition<
        _sluice_v1_AddEndpointRequestInput,
        _sluice_v1_AddEndpointRequest
      >;
      /**
       * On the agent's unix socket; root only.
       */
      Agent: SubtypeConstructor<typeof grpc.Client, _sluice_v1_AgentClient> & {
        service: _sluice_v1_AgentDefinition;
      };
      AgentMessage: MessageTypeDefinition<_sluice_v1_AgentMessageInput, _sluice_v1_AgentMessage>;
      AgentStatus: MessageTypeDefinition<_sluice_v1_AgentStatusInput, _sluice_v1_AgentStatus>;
      /**
       * The agent dials, the control plane asks. One stream a node; role node, the certificate's CN is the node's name.
       */
      AgentStream: SubtypeConstructor<typeof grpc.Client, _sluice_v1_AgentStreamClient> & {
        service: _sluice_v1_AgentStreamDefinition;
      };
      ApplyRequest: MessageTypeDefinition<_sluice_v1_ApplyRequestInput, _sluice_v1_ApplyRequest>;
      ApplyResponse: MessageTypeDefinition<_sluice_v1_ApplyResponseInput, _sluice_v1_ApplyResponse>;
      AuditRequest: MessageTypeDefinition<_sluice_v1_AuditRequestInput, _sluice_v1_AuditRequest>;
      AuditResponse: MessageTypeDefinition<_sluice_v1_AuditResponseInput, _sluice_v1_AuditResponse>;
      Check: MessageTypeDefinition<_sluice_v1_CheckInput, _sluice_v1_Check>;
      Cluster: SubtypeConstructor<typeof grpc.Client, _sluice_v1_ClusterClient> & {
        service: _sluice_v1_ClusterDefinition;
      };
      ConfirmRequest: MessageTypeDefinition<_sluice_v1_ConfirmRequestInput, _sluice_v1_ConfirmRequest>;
      ControlMessage: MessageTypeDefinition<_sluice_v1_ControlMessageInput, _sluice_v1_ControlMessage>;
      DeleteEndpointRequest: MessageTypeDefinition<
        _sluice_v1_DeleteEndpointRequestInput,
        _sluice_v1_DeleteEndpointRequest
      >;
      DeletePolicyRequest: MessageTypeDefinition<
        _sluice_v1_DeletePolicyRequestInput,
        _sluice_v1_DeletePolicyRequest
      >;
      DiffRequest: MessageTypeDefinition<_sluice_v1_DiffRequestInput, _sluice_v1_DiffRequest>;
      DiffResponse: MessageTypeDefinition<_sluice_v1_DiffResponseInput, _sluice_v1_DiffResponse>;
      Done: MessageTypeDefinition<_sluice_v1_DoneInput, _sluice_v1_Done>;
      DumpMapRequest: MessageTypeDefinition<_sluice_v1_DumpMapRequestInput, _sluice_v1_DumpMapRequest>;
      DumpMapResponse: MessageTypeDefinition<_sluice_v1_DumpMapResponseInput, _sluice_v1_DumpMapResponse>;
      Empty: MessageTypeDefinition<_sluice_v1_EmptyInput, _sluice_v1_Empty>;
      Endpoint: MessageTypeDefinition<_sluice_v1_EndpointInput, _sluice_v1_Endpoint>;
      EndpointInfo: MessageTypeDefinition<_sluice_v1_EndpointInfoInput, _sluice_v1_EndpointInfo>;
      EndpointList: MessageTypeDefinition<_sluice_v1_EndpointListInput, _sluice_v1_EndpointList>;
      Expectation: MessageTypeDefinition<_sluice_v1_ExpectationInput, _sluice_v1_Expectation>;
      ExplainRequest: MessageTypeDefinition<_sluice_v1_ExplainRequestInput, _sluice_v1_ExplainRequest>;
      ExplainResponse: MessageTypeDefinition<_sluice_v1_ExplainResponseInput, _sluice_v1_ExplainResponse>;
      ExplainSide: MessageTypeDefinition<_sluice_v1_ExplainSideInput, _sluice_v1_ExplainSide>;
      Failure: MessageTypeDefinition<_sluice_v1_FailureInput, _sluice_v1_Failure>;
      FieldDifference: MessageTypeDefinition<_sluice_v1_FieldDifferenceInput, _sluice_v1_FieldDifference>;
      Flow: MessageTypeDefinition<_sluice_v1_FlowInput, _sluice_v1_Flow>;
      FlowBatch: MessageTypeDefinition<_sluice_v1_FlowBatchInput, _sluice_v1_FlowBatch>;
      FlowFilter: MessageTypeDefinition<_sluice_v1_FlowFilterInput, _sluice_v1_FlowFilter>;
      FlowPeer: MessageTypeDefinition<_sluice_v1_FlowPeerInput, _sluice_v1_FlowPeer>;
      Flows: SubtypeConstructor<typeof grpc.Client, _sluice_v1_FlowsClient> & {
        service: _sluice_v1_FlowsDefinition;
      };
      Hello: MessageTypeDefinition<_sluice_v1_HelloInput, _sluice_v1_Hello>;
      HistoryResponse: MessageTypeDefinition<_sluice_v1_HistoryResponseInput, _sluice_v1_HistoryResponse>;
      Identity: MessageTypeDefinition<_sluice_v1_IdentityInput, _sluice_v1_Identity>;
      KnownStore: MessageTypeDefinition<_sluice_v1_KnownStoreInput, _sluice_v1_KnownStore>;
      KnownStoresResponse: MessageTypeDefinition<
        _sluice_v1_KnownStoresResponseInput,
        _sluice_v1_KnownStoresResponse
      >;
      Label: MessageTypeDefinition<_sluice_v1_LabelInput, _sluice_v1_Label>;
      LabelNodeRequest: MessageTypeDefinition<_sluice_v1_LabelNodeRequestInput, _sluice_v1_LabelNodeRequest>;
      LintFinding: MessageTypeDefinition<_sluice_v1_LintFindingInput, _sluice_v1_LintFinding>;
      LintRequest: MessageTypeDefinition<_sluice_v1_LintRequestInput, _sluice_v1_LintRequest>;
      LintResponse: MessageTypeDefinition<_sluice_v1_LintResponseInput, _sluice_v1_LintResponse>;
      ListEndpointsResponse: MessageTypeDefinition<
        _sluice_v1_ListEndpointsResponseInput,
        _sluice_v1_ListEndpointsResponse
      >;
      ListIdentitiesResponse: MessageTypeDefinition<
        _sluice_v1_ListIdentitiesResponseInput,
        _sluice_v1_ListIdentitiesResponse
      >;
      ListNodesResponse: MessageTypeDefinition<
        _sluice_v1_ListNodesResponseInput,
        _sluice_v1_ListNodesResponse
      >;
      ListPoliciesRequest: MessageTypeDefinition<
        _sluice_v1_ListPoliciesRequestInput,
        _sluice_v1_ListPoliciesRequest
      >;
      ListPoliciesResponse: MessageTypeDefinition<
        _sluice_v1_ListPoliciesResponseInput,
        _sluice_v1_ListPoliciesResponse
      >;
      ListPoolsResponse: MessageTypeDefinition<
        _sluice_v1_ListPoolsResponseInput,
        _sluice_v1_ListPoolsResponse
      >;
      ListRequest: MessageTypeDefinition<_sluice_v1_ListRequestInput, _sluice_v1_ListRequest>;
      ListServicesRequest: MessageTypeDefinition<
        _sluice_v1_ListServicesRequestInput,
        _sluice_v1_ListServicesRequest
      >;
      ListServicesResponse: MessageTypeDefinition<
        _sluice_v1_ListServicesResponseInput,
        _sluice_v1_ListServicesResponse
      >;
      NameRequest: MessageTypeDefinition<_sluice_v1_NameRequestInput, _sluice_v1_NameRequest>;
      NamedPort: MessageTypeDefinition<_sluice_v1_NamedPortInput, _sluice_v1_NamedPort>;
      Node: MessageTypeDefinition<_sluice_v1_NodeInput, _sluice_v1_Node>;
      NodeEnforcement: MessageTypeDefinition<_sluice_v1_NodeEnforcementInput, _sluice_v1_NodeEnforcement>;
      /**
       * Map dumps and status of one node, relayed over the node's own stream.
       */
      NodeInspection: SubtypeConstructor<typeof grpc.Client, _sluice_v1_NodeInspectionClient> & {
        service: _sluice_v1_NodeInspectionDefinition;
      };
      ObserveRequest: MessageTypeDefinition<_sluice_v1_ObserveRequestInput, _sluice_v1_ObserveRequest>;
      Party: MessageTypeDefinition<_sluice_v1_PartyInput, _sluice_v1_Party>;
      PendingNode: MessageTypeDefinition<_sluice_v1_PendingNodeInput, _sluice_v1_PendingNode>;
      PlanRequest: MessageTypeDefinition<_sluice_v1_PlanRequestInput, _sluice_v1_PlanRequest>;
      PlanResponse: MessageTypeDefinition<_sluice_v1_PlanResponseInput, _sluice_v1_PlanResponse>;
      PlanRow: MessageTypeDefinition<_sluice_v1_PlanRowInput, _sluice_v1_PlanRow>;
      /**
       * Roles: V viewer, O operator, A admin, N node. A higher role (admin > operator > viewer) may do what a lower one may.
       */
      Policies: SubtypeConstructor<typeof grpc.Client, _sluice_v1_PoliciesClient> & {
        service: _sluice_v1_PoliciesDefinition;
      };
      Policy: MessageTypeDefinition<_sluice_v1_PolicyInput, _sluice_v1_Policy>;
      PolicyForm: MessageTypeDefinition<_sluice_v1_PolicyFormInput, _sluice_v1_PolicyForm>;
      PolicyRef: MessageTypeDefinition<_sluice_v1_PolicyRefInput, _sluice_v1_PolicyRef>;
      PolicyResult: MessageTypeDefinition<_sluice_v1_PolicyResultInput, _sluice_v1_PolicyResult>;
      Pool: MessageTypeDefinition<_sluice_v1_PoolInput, _sluice_v1_Pool>;
      Problem: MessageTypeDefinition<_sluice_v1_ProblemInput, _sluice_v1_Problem>;
      Realization: MessageTypeDefinition<_sluice_v1_RealizationInput, _sluice_v1_Realization>;
      RecordedBatch: MessageTypeDefinition<_sluice_v1_RecordedBatchInput, _sluice_v1_RecordedBatch>;
      RecordedFlow: MessageTypeDefinition<_sluice_v1_RecordedFlowInput, _sluice_v1_RecordedFlow>;
      RecordedRequest: MessageTypeDefinition<_sluice_v1_RecordedRequestInput, _sluice_v1_RecordedRequest>;
      Revision: MessageTypeDefinition<_sluice_v1_RevisionInput, _sluice_v1_Revision>;
      RollbackRequest: MessageTypeDefinition<_sluice_v1_RollbackRequestInput, _sluice_v1_RollbackRequest>;
      RuleMatch: MessageTypeDefinition<_sluice_v1_RuleMatchInput, _sluice_v1_RuleMatch>;
      RuleRef: MessageTypeDefinition<_sluice_v1_RuleRefInput, _sluice_v1_RuleRef>;
      Service: MessageTypeDefinition<_sluice_v1_ServiceInput, _sluice_v1_Service>;
      ServiceRef: MessageTypeDefinition<_sluice_v1_ServiceRefInput, _sluice_v1_ServiceRef>;
      Settings: MessageTypeDefinition<_sluice_v1_SettingsInput, _sluice_v1_Settings>;
      StatusResponse: MessageTypeDefinition<_sluice_v1_StatusResponseInput, _sluice_v1_StatusResponse>;
      StringList: MessageTypeDefinition<_sluice_v1_StringListInput, _sluice_v1_StringList>;
      SubjectSize: MessageTypeDefinition<_sluice_v1_SubjectSizeInput, _sluice_v1_SubjectSize>;
      SuggestRequest: MessageTypeDefinition<_sluice_v1_SuggestRequestInput, _sluice_v1_SuggestRequest>;
      SuggestResponse: MessageTypeDefinition<_sluice_v1_SuggestResponseInput, _sluice_v1_SuggestResponse>;
      SuspendEnforcementRequest: MessageTypeDefinition<
        _sluice_v1_SuspendEnforcementRequestInput,
        _sluice_v1_SuspendEnforcementRequest
      >;
      SuspendRequest: MessageTypeDefinition<_sluice_v1_SuspendRequestInput, _sluice_v1_SuspendRequest>;
      Suspension: MessageTypeDefinition<_sluice_v1_SuspensionInput, _sluice_v1_Suspension>;
      TraceRequest: MessageTypeDefinition<_sluice_v1_TraceRequestInput, _sluice_v1_TraceRequest>;
      Verdict: EnumTypeDefinition;
    };
  };
}
