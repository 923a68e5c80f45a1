// Original file: proto/sluice/v1/controlplane.proto

/**
 * The least policy that the recorded flows of a subject need.
 * `workload` is scope/name; dropped flows are left out unless asked for.
 */
export interface SuggestRequestInput {
  workload?: string;
  since?: string;
  droppedToo?: boolean;
}

/**
 * The least policy that the recorded flows of a subject need.
 * `workload` is scope/name; dropped flows are left out unless asked for.
 */
export interface SuggestRequest {
  workload: string;
  since: string;
  droppedToo: boolean;
}
