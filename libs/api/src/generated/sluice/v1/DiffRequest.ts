// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

/**
 * Two forms of one policy, field by field.
 */
export interface DiffRequestInput {
  policy?: _sluice_v1_PolicyRefInput | null;
  /**
   * revision; 0: the form before `to`
   */
  from?: number | string | Long;
  /**
   * revision; 0: the live form
   */
  to?: number | string | Long;
  /**
   * a document in place of `to`
   */
  text?: string;
}

/**
 * Two forms of one policy, field by field.
 */
export interface DiffRequest {
  policy: _sluice_v1_PolicyRef | null;
  /**
   * revision; 0: the form before `to`
   */
  from: number;
  /**
   * revision; 0: the live form
   */
  to: number;
  /**
   * a document in place of `to`
   */
  text: string;
}
