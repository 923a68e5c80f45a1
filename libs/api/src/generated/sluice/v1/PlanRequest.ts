// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';

/**
 * What applying these documents (or deleting these policies) would change.
 */
export interface PlanRequestInput {
  text?: string;
  file?: string;
  delete?: _sluice_v1_PolicyRefInput[];
  /**
   * rows; default and at most 10000
   */
  limit?: number;
}

/**
 * What applying these documents (or deleting these policies) would change.
 */
export interface PlanRequest {
  text: string;
  file: string;
  delete: _sluice_v1_PolicyRef[];
  /**
   * rows; default and at most 10000
   */
  limit: number;
}
