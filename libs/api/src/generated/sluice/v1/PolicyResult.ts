// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

export interface PolicyResultInput {
  policy?: _sluice_v1_PolicyRefInput | null;
  /**
   * created, configured, unchanged, deleted
   */
  action?: string;
  revision?: number | string | Long;
}

export interface PolicyResult {
  policy: _sluice_v1_PolicyRef | null;
  /**
   * created, configured, unchanged, deleted
   */
  action: string;
  revision: number;
}
