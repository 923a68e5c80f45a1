// Original file: proto/sluice/v1/controlplane.proto

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  AgentMessageInput as _sluice_v1_AgentMessageInput,
  AgentMessage as _sluice_v1_AgentMessage,
} from '../../sluice/v1/AgentMessage.js';
import type {
  ControlMessageInput as _sluice_v1_ControlMessageInput,
  ControlMessage as _sluice_v1_ControlMessage,
} from '../../sluice/v1/ControlMessage.js';

/**
 * The agent dials, the control plane asks. One stream a node; role node, the certificate's CN is the node's name.
 */
export interface AgentStreamClient extends grpc.Client {
  /**
   * N
   */
  Connect(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_sluice_v1_AgentMessageInput, _sluice_v1_ControlMessage>;
  Connect(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_sluice_v1_AgentMessageInput, _sluice_v1_ControlMessage>;
  /**
   * N
   */
  connect(
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_sluice_v1_AgentMessageInput, _sluice_v1_ControlMessage>;
  connect(
    options?: grpc.CallOptions,
  ): grpc.ClientDuplexStream<_sluice_v1_AgentMessageInput, _sluice_v1_ControlMessage>;
}

/**
 * The agent dials, the control plane asks. One stream a node; role node, the certificate's CN is the node's name.
 */
export interface AgentStreamHandlers extends grpc.UntypedServiceImplementation {
  /**
   * N
   */
  Connect: grpc.handleBidiStreamingCall<_sluice_v1_AgentMessage, _sluice_v1_ControlMessageInput>;
}

export interface AgentStreamDefinition extends grpc.ServiceDefinition {
  Connect: MethodDefinition<
    _sluice_v1_AgentMessageInput,
    _sluice_v1_ControlMessageInput,
    _sluice_v1_AgentMessage,
    _sluice_v1_ControlMessage
  >;
}
