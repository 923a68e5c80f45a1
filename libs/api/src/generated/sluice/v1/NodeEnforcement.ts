// Original file: proto/sluice/v1/agent.proto

import type { Long } from '@grpc/proto-loader';

export interface NodeEnforcementInput {
  /**
   * for so long no policy is enforced; 0: it is
   */
  leftMs?: number | string | Long;
  until?: string;
}

export interface NodeEnforcement {
  /**
   * for so long no policy is enforced; 0: it is
   */
  leftMs: number;
  until: string;
}
