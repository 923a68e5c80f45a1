// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyInput as _sluice_v1_PolicyInput,
  Policy as _sluice_v1_Policy,
} from '../../sluice/v1/Policy.js';
import type { Long } from '@grpc/proto-loader';

export interface PolicyFormInput {
  policy?: _sluice_v1_PolicyInput | null;
  /**
   * empty: live; replaced; deleted
   */
  ended?: string;
  endedBy?: string;
  /**
   * RFC 3339
   */
  endedAt?: string;
  endedRevision?: number | string | Long;
  /**
   * empty where it was not kept
   */
  endedChange?: string;
}

export interface PolicyForm {
  policy: _sluice_v1_Policy | null;
  /**
   * empty: live; replaced; deleted
   */
  ended: string;
  endedBy: string;
  /**
   * RFC 3339
   */
  endedAt: string;
  endedRevision: number;
  /**
   * empty where it was not kept
   */
  endedChange: string;
}
