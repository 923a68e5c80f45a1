// Original file: proto/sluice/v1/controlplane.proto

import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from '../../sluice/v1/RecordedFlow.js';

export interface AuditResponseInput {
  /**
   * rows with `staged`, most counted first
   */
  flows?: _sluice_v1_RecordedFlowInput[];
  /**
   * RFC 3339: from then on every node that answered has its rows; empty: none answered
   */
  flowsSince?: string;
  /**
   * known nodes that did not answer
   */
  silentNodes?: string[];
  truncated?: boolean;
  /**
   * whose ring begins then
   */
  youngestNode?: string;
}

export interface AuditResponse {
  /**
   * rows with `staged`, most counted first
   */
  flows: _sluice_v1_RecordedFlow[];
  /**
   * RFC 3339: from then on every node that answered has its rows; empty: none answered
   */
  flowsSince: string;
  /**
   * known nodes that did not answer
   */
  silentNodes: string[];
  truncated: boolean;
  /**
   * whose ring begins then
   */
  youngestNode: string;
}
