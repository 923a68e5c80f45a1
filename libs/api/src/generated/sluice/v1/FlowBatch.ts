// Original file: proto/sluice/v1/flows.proto

import type { FlowInput as _sluice_v1_FlowInput, Flow as _sluice_v1_Flow } from '../../sluice/v1/Flow.js';

export interface FlowBatchInput {
  flows?: _sluice_v1_FlowInput[];
}

export interface FlowBatch {
  flows: _sluice_v1_Flow[];
}
