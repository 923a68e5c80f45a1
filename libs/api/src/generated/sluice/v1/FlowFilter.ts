// Original file: proto/sluice/v1/flows.proto

import type {
  VerdictInput as _sluice_v1_VerdictInput,
  Verdict as _sluice_v1_Verdict,
} from '../../sluice/v1/Verdict.js';

export interface FlowFilterInput {
  node?: string[];
  /**
   * scope/name or name; either side
   */
  workload?: string[];
  from?: string[];
  to?: string[];
  verdict?: _sluice_v1_VerdictInput[];
  protocol?: string[];
  /**
   * destination port
   */
  port?: number[];
  /**
   * scope/name or name
   */
  policy?: string[];
  identity?: number[];
  stagedOnly?: boolean;
}

export interface FlowFilter {
  node: string[];
  /**
   * scope/name or name; either side
   */
  workload: string[];
  from: string[];
  to: string[];
  verdict: _sluice_v1_Verdict[];
  protocol: string[];
  /**
   * destination port
   */
  port: number[];
  /**
   * scope/name or name
   */
  policy: string[];
  identity: number[];
  stagedOnly: boolean;
}
