import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

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
import type { CheckInput as _sluice_v1_CheckInput, Check as _sluice_v1_Check } from './sluice/v1/Check.js';
import type {
  ClusterClient as _sluice_v1_ClusterClient,
  ClusterDefinition as _sluice_v1_ClusterDefinition,
} from './sluice/v1/Cluster.js';
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
  FailureInput as _sluice_v1_FailureInput,
  Failure as _sluice_v1_Failure,
} from './sluice/v1/Failure.js';
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
import type { LabelInput as _sluice_v1_LabelInput, Label as _sluice_v1_Label } from './sluice/v1/Label.js';
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
  NameRequestInput as _sluice_v1_NameRequestInput,
  NameRequest as _sluice_v1_NameRequest,
} from './sluice/v1/NameRequest.js';
import type { NodeInput as _sluice_v1_NodeInput, Node as _sluice_v1_Node } from './sluice/v1/Node.js';
import type {
  NodeInspectionClient as _sluice_v1_NodeInspectionClient,
  NodeInspectionDefinition as _sluice_v1_NodeInspectionDefinition,
} from './sluice/v1/NodeInspection.js';
import type {
  ObserveRequestInput as _sluice_v1_ObserveRequestInput,
  ObserveRequest as _sluice_v1_ObserveRequest,
} from './sluice/v1/ObserveRequest.js';
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
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from './sluice/v1/Revision.js';
import type {
  RollbackRequestInput as _sluice_v1_RollbackRequestInput,
  RollbackRequest as _sluice_v1_RollbackRequest,
} from './sluice/v1/RollbackRequest.js';
import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from './sluice/v1/RuleRef.js';
import type {
  SettingsInput as _sluice_v1_SettingsInput,
  Settings as _sluice_v1_Settings,
} from './sluice/v1/Settings.js';
import type {
  StatusResponseInput as _sluice_v1_StatusResponseInput,
  StatusResponse as _sluice_v1_StatusResponse,
} from './sluice/v1/StatusResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new (...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  sluice: {
    v1: {
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
      Check: MessageTypeDefinition<_sluice_v1_CheckInput, _sluice_v1_Check>;
      Cluster: SubtypeConstructor<typeof grpc.Client, _sluice_v1_ClusterClient> & {
        service: _sluice_v1_ClusterDefinition;
      };
      ControlMessage: MessageTypeDefinition<_sluice_v1_ControlMessageInput, _sluice_v1_ControlMessage>;
      DeleteEndpointRequest: MessageTypeDefinition<
        _sluice_v1_DeleteEndpointRequestInput,
        _sluice_v1_DeleteEndpointRequest
      >;
      DeletePolicyRequest: MessageTypeDefinition<
        _sluice_v1_DeletePolicyRequestInput,
        _sluice_v1_DeletePolicyRequest
      >;
      Done: MessageTypeDefinition<_sluice_v1_DoneInput, _sluice_v1_Done>;
      DumpMapRequest: MessageTypeDefinition<_sluice_v1_DumpMapRequestInput, _sluice_v1_DumpMapRequest>;
      DumpMapResponse: MessageTypeDefinition<_sluice_v1_DumpMapResponseInput, _sluice_v1_DumpMapResponse>;
      Empty: MessageTypeDefinition<_sluice_v1_EmptyInput, _sluice_v1_Empty>;
      Endpoint: MessageTypeDefinition<_sluice_v1_EndpointInput, _sluice_v1_Endpoint>;
      EndpointInfo: MessageTypeDefinition<_sluice_v1_EndpointInfoInput, _sluice_v1_EndpointInfo>;
      EndpointList: MessageTypeDefinition<_sluice_v1_EndpointListInput, _sluice_v1_EndpointList>;
      Expectation: MessageTypeDefinition<_sluice_v1_ExpectationInput, _sluice_v1_Expectation>;
      Failure: MessageTypeDefinition<_sluice_v1_FailureInput, _sluice_v1_Failure>;
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
      Label: MessageTypeDefinition<_sluice_v1_LabelInput, _sluice_v1_Label>;
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
      NameRequest: MessageTypeDefinition<_sluice_v1_NameRequestInput, _sluice_v1_NameRequest>;
      Node: MessageTypeDefinition<_sluice_v1_NodeInput, _sluice_v1_Node>;
      /**
       * Map dumps and status of one node, relayed over the node's own stream.
       */
      NodeInspection: SubtypeConstructor<typeof grpc.Client, _sluice_v1_NodeInspectionClient> & {
        service: _sluice_v1_NodeInspectionDefinition;
      };
      ObserveRequest: MessageTypeDefinition<_sluice_v1_ObserveRequestInput, _sluice_v1_ObserveRequest>;
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
      Revision: MessageTypeDefinition<_sluice_v1_RevisionInput, _sluice_v1_Revision>;
      RollbackRequest: MessageTypeDefinition<_sluice_v1_RollbackRequestInput, _sluice_v1_RollbackRequest>;
      RuleRef: MessageTypeDefinition<_sluice_v1_RuleRefInput, _sluice_v1_RuleRef>;
      Settings: MessageTypeDefinition<_sluice_v1_SettingsInput, _sluice_v1_Settings>;
      StatusResponse: MessageTypeDefinition<_sluice_v1_StatusResponseInput, _sluice_v1_StatusResponse>;
      Verdict: EnumTypeDefinition;
    };
  };
}
