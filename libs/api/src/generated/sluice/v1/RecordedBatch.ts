// Original file: proto/sluice/v1/controlplane.proto

import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from '../../sluice/v1/RecordedFlow.js';

/**
 * Rows of one node; the last batch of a node tells when its ring begins, or why it did not answer.
 */
export interface RecordedBatchInput {
  flows?: _sluice_v1_RecordedFlowInput[];
  /**
   * when the ring begins; empty: more batches of this node follow, or it failed
   */
  since?: string;
  /**
   * there were more rows than the limit, or than the ring takes in an hour
   */
  truncated?: boolean;
  node?: string;
  failure?: string;
}

/**
 * Rows of one node; the last batch of a node tells when its ring begins, or why it did not answer.
 */
export interface RecordedBatch {
  flows: _sluice_v1_RecordedFlow[];
  /**
   * when the ring begins; empty: more batches of this node follow, or it failed
   */
  since: string;
  /**
   * there were more rows than the limit, or than the ring takes in an hour
   */
  truncated: boolean;
  node: string;
  failure: string;
}
