// Original file: proto/sluice/v1/controlplane.proto

import type {
  LintFindingInput as _sluice_v1_LintFindingInput,
  LintFinding as _sluice_v1_LintFinding,
} from '../../sluice/v1/LintFinding.js';

export interface LintResponseInput {
  findings?: _sluice_v1_LintFindingInput[];
  flowsSince?: string;
  silentNodes?: string[];
}

export interface LintResponse {
  findings: _sluice_v1_LintFinding[];
  flowsSince: string;
  silentNodes: string[];
}
