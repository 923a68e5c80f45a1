// Original file: proto/sluice/v1/common.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

/**
 * A rule that decided: `ingress[0]`, `egressDeny[2]`.
 */
export interface RuleRefInput {
  policy?: _sluice_v1_PolicyRefInput | null;
  uid?: string;
  rule?: string;
  revision?: number | string | Long;
}

/**
 * A rule that decided: `ingress[0]`, `egressDeny[2]`.
 */
export interface RuleRef {
  policy: _sluice_v1_PolicyRef | null;
  uid: string;
  rule: string;
  revision: number;
}
