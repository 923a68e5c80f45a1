// Original file: proto/sluice/v1/controlplane.proto

import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from '../../sluice/v1/RecordedFlow.js';

export interface AuditResponseInput {
  flows?: _sluice_v1_RecordedFlowInput[];
  flowsSince?: string;
  silentNodes?: string[];
  truncated?: boolean;
}

export interface AuditResponse {
  flows: _sluice_v1_RecordedFlow[];
  flowsSince: string;
  silentNodes: string[];
  truncated: boolean;
}
