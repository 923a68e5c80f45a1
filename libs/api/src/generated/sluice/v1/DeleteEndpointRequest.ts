// Original file: proto/sluice/v1/agent.proto

export interface DeleteEndpointRequestInput {
  id?: number;
  workloadSource?: string;
  workloadScope?: string;
  workloadName?: string;
}

export interface DeleteEndpointRequest {
  id: number;
  workloadSource: string;
  workloadScope: string;
  workloadName: string;
}
