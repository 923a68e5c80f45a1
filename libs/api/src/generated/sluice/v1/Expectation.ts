// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

/**
 * Conflict (ABORTED) unless the policy's revision is this; 0: must not exist.
 */
export interface ExpectationInput {
  policy?: _sluice_v1_PolicyRefInput | null;
  revision?: number | string | Long;
}

/**
 * Conflict (ABORTED) unless the policy's revision is this; 0: must not exist.
 */
export interface Expectation {
  policy: _sluice_v1_PolicyRef | null;
  revision: number;
}
