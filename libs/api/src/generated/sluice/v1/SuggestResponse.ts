// Original file: proto/sluice/v1/controlplane.proto

export interface SuggestResponseInput {
  text?: string;
  flowsSince?: string;
  silentNodes?: string[];
  notes?: string[];
}

export interface SuggestResponse {
  text: string;
  flowsSince: string;
  silentNodes: string[];
  notes: string[];
}
