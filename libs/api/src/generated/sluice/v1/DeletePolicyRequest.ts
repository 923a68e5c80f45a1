// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type {
  ExpectationInput as _sluice_v1_ExpectationInput,
  Expectation as _sluice_v1_Expectation,
} from '../../sluice/v1/Expectation.js';

export interface DeletePolicyRequestInput {
  policies?: _sluice_v1_PolicyRefInput[];
  ifMatch?: _sluice_v1_ExpectationInput[];
  waitRealized?: boolean;
  timeoutSeconds?: number;
  dryRun?: boolean;
}

export interface DeletePolicyRequest {
  policies: _sluice_v1_PolicyRef[];
  ifMatch: _sluice_v1_Expectation[];
  waitRealized: boolean;
  timeoutSeconds: number;
  dryRun: boolean;
}
