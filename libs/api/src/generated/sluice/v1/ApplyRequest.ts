// Original file: proto/sluice/v1/controlplane.proto

import type {
  ExpectationInput as _sluice_v1_ExpectationInput,
  Expectation as _sluice_v1_Expectation,
} from '../../sluice/v1/Expectation.js';
import type { Long } from '@grpc/proto-loader';

export interface ApplyRequestInput {
  /**
   * YAML or JSON, one document or many
   */
  text?: string;
  /**
   * its name, for messages
   */
  file?: string;
  dryRun?: boolean;
  ifMatch?: _sluice_v1_ExpectationInput[];
  waitRealized?: boolean;
  /**
   * of the wait; default 30
   */
  timeoutSeconds?: number;
  /**
   * conflict (ABORTED) if any policy was changed after this revision, which a plan told; 0: whatever it is
   */
  planRevision?: number | string | Long;
  /**
   * taken back unless Confirm comes within it; 0: holds at once
   */
  confirmSeconds?: number;
  /**
   * also where a subject's entries would fill more than 80% of its map
   */
  force?: boolean;
}

export interface ApplyRequest {
  /**
   * YAML or JSON, one document or many
   */
  text: string;
  /**
   * its name, for messages
   */
  file: string;
  dryRun: boolean;
  ifMatch: _sluice_v1_Expectation[];
  waitRealized: boolean;
  /**
   * of the wait; default 30
   */
  timeoutSeconds: number;
  /**
   * conflict (ABORTED) if any policy was changed after this revision, which a plan told; 0: whatever it is
   */
  planRevision: number;
  /**
   * taken back unless Confirm comes within it; 0: holds at once
   */
  confirmSeconds: number;
  /**
   * also where a subject's entries would fill more than 80% of its map
   */
  force: boolean;
}
