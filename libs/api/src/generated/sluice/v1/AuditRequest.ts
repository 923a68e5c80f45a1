// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';

/**
 * What staged policies would have dropped, or would have let through.
 */
export interface AuditRequestInput {
  /**
   * absent: every staged policy
   */
  policy?: _sluice_v1_PolicyRefInput | null;
  since?: string;
  /**
   * RFC 3339
   */
  limit?: number;
}

/**
 * What staged policies would have dropped, or would have let through.
 */
export interface AuditRequest {
  /**
   * absent: every staged policy
   */
  policy: _sluice_v1_PolicyRef | null;
  since: string;
  /**
   * RFC 3339
   */
  limit: number;
}
