// Original file: proto/sluice/v1/flows.proto

import type {
  FlowFilterInput as _sluice_v1_FlowFilterInput,
  FlowFilter as _sluice_v1_FlowFilter,
} from '../../sluice/v1/FlowFilter.js';

export interface ObserveRequestInput {
  filter?: _sluice_v1_FlowFilterInput | null;
  follow?: boolean;
  /**
   * at most so many from each node's ring first; default 20
   */
  last?: number;
}

export interface ObserveRequest {
  filter: _sluice_v1_FlowFilter | null;
  follow: boolean;
  /**
   * at most so many from each node's ring first; default 20
   */
  last: number;
}
