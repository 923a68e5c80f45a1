// Original file: proto/sluice/v1/controlplane.proto

import type {
  FieldDifferenceInput as _sluice_v1_FieldDifferenceInput,
  FieldDifference as _sluice_v1_FieldDifference,
} from '../../sluice/v1/FieldDifference.js';

export interface DiffResponseInput {
  /**
   * what the left side is: a revision, or `absent`
   */
  from?: string;
  to?: string;
  fields?: _sluice_v1_FieldDifferenceInput[];
}

export interface DiffResponse {
  /**
   * what the left side is: a revision, or `absent`
   */
  from: string;
  to: string;
  fields: _sluice_v1_FieldDifference[];
}
