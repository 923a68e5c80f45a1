// Original file: proto/sluice/v1/controlplane.proto

export interface SuggestResponseInput {
  /**
   * a native Policy as YAML
   */
  text?: string;
  flowsSince?: string;
  silentNodes?: string[];
  notes?: string[];
  /**
   * whose ring begins at flows_since
   */
  youngestNode?: string;
}

export interface SuggestResponse {
  /**
   * a native Policy as YAML
   */
  text: string;
  flowsSince: string;
  silentNodes: string[];
  notes: string[];
  /**
   * whose ring begins at flows_since
   */
  youngestNode: string;
}
