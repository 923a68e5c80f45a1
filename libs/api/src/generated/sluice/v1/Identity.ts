// Original file: proto/sluice/v1/controlplane.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

export interface IdentityInput {
  id?: number;
  labels?: _sluice_v1_LabelInput[];
  retiring?: boolean;
  endpoints?: number;
}

export interface Identity {
  id: number;
  labels: _sluice_v1_Label[];
  retiring: boolean;
  endpoints: number;
}
