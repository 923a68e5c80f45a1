// Original file: proto/sluice/v1/controlplane.proto

export interface AgentStatusInput {
  json?: string;
}

export interface AgentStatus {
  json: string;
}
