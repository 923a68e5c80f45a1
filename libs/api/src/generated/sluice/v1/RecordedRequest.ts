// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

/**
 * Rows of the rings on disk that were seen at or after `since` (RFC 3339; empty: all), newest first from each node.
 */
export interface RecordedRequestInput {
  since?: string;
  stagedOnly?: boolean;
  /**
   * only what it decided, would have decided, or isolates; absent: all
   */
  policy?: _sluice_v1_PolicyRefInput | null;
  /**
   * of each node; default 10000, at most 100000
   */
  limit?: number;
  /**
   * only what was decided for workloads with exactly these labels; empty: all
   */
  subject?: _sluice_v1_LabelInput[];
}

/**
 * Rows of the rings on disk that were seen at or after `since` (RFC 3339; empty: all), newest first from each node.
 */
export interface RecordedRequest {
  since: string;
  stagedOnly: boolean;
  /**
   * only what it decided, would have decided, or isolates; absent: all
   */
  policy: _sluice_v1_PolicyRef | null;
  /**
   * of each node; default 10000, at most 100000
   */
  limit: number;
  /**
   * only what was decided for workloads with exactly these labels; empty: all
   */
  subject: _sluice_v1_Label[];
}
