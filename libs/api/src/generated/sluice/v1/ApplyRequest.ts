// Original file: proto/sluice/v1/controlplane.proto

import type {
  ExpectationInput as _sluice_v1_ExpectationInput,
  Expectation as _sluice_v1_Expectation,
} from '../../sluice/v1/Expectation.js';

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
}
