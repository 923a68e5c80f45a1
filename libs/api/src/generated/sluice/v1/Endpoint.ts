// Original file: proto/sluice/v1/controlplane.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

export interface EndpointInput {
  node?: string;
  id?: number;
  addresses?: string[];
  identity?: number;
  labels?: _sluice_v1_LabelInput[];
  workloadSource?: string;
  workloadScope?: string;
  workloadName?: string;
  state?: string;
}

export interface Endpoint {
  node: string;
  id: number;
  addresses: string[];
  identity: number;
  labels: _sluice_v1_Label[];
  workloadSource: string;
  workloadScope: string;
  workloadName: string;
  state: string;
}
