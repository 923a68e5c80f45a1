// Original file: proto/sluice/v1/controlplane.proto

import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from '../../sluice/v1/RecordedFlow.js';

export interface RecordedBatchInput {
  flows?: _sluice_v1_RecordedFlowInput[];
  /**
   * when the ring begins
   */
  since?: string;
  truncated?: boolean;
}

export interface RecordedBatch {
  flows: _sluice_v1_RecordedFlow[];
  /**
   * when the ring begins
   */
  since: string;
  truncated: boolean;
}
