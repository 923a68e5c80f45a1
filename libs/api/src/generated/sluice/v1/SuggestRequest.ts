// Original file: proto/sluice/v1/controlplane.proto

/**
 * The least policy that the recorded flows of a subject need.
 */
export interface SuggestRequestInput {
  workload?: string;
  since?: string;
  forwardedOnly?: boolean;
}

/**
 * The least policy that the recorded flows of a subject need.
 */
export interface SuggestRequest {
  workload: string;
  since: string;
  forwardedOnly: boolean;
}
