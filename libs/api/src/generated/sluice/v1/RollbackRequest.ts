// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  ExpectationInput as _sluice_v1_ExpectationInput,
  Expectation as _sluice_v1_Expectation,
} from '../../sluice/v1/Expectation.js';
import type { Long } from '@grpc/proto-loader';

/**
 * Applies a form that is kept once more, as a new change.
 */
export interface RollbackRequestInput {
  policy?: _sluice_v1_PolicyRefInput | null;
  /**
   * revision of that form
   */
  to?: number | string | Long;
  ifMatch?: _sluice_v1_ExpectationInput[];
  /**
   * take it over from the mirror or directory that owns it
   */
  detach?: boolean;
  dryRun?: boolean;
  waitRealized?: boolean;
  timeoutSeconds?: number;
  /**
   * in place of policy and to: takes back all documents of this change
   */
  change?: string;
}

/**
 * Applies a form that is kept once more, as a new change.
 */
export interface RollbackRequest {
  policy: _sluice_v1_PolicyRef | null;
  /**
   * revision of that form
   */
  to: number;
  ifMatch: _sluice_v1_Expectation[];
  /**
   * take it over from the mirror or directory that owns it
   */
  detach: boolean;
  dryRun: boolean;
  waitRealized: boolean;
  timeoutSeconds: number;
  /**
   * in place of policy and to: takes back all documents of this change
   */
  change: string;
}
