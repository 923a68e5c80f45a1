// Original file: proto/sluice/v1/controlplane.proto

/**
 * Rows of the ring on disk that are not older than `since` (RFC 3339; empty: all).
 */
export interface RecordedRequestInput {
  since?: string;
  stagedOnly?: boolean;
  policyUid?: string;
  limit?: number;
}

/**
 * Rows of the ring on disk that are not older than `since` (RFC 3339; empty: all).
 */
export interface RecordedRequest {
  since: string;
  stagedOnly: boolean;
  policyUid: string;
  limit: number;
}
