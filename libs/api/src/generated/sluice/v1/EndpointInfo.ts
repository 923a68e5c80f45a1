// Original file: proto/sluice/v1/agent.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

export interface EndpointInfoInput {
  id?: number;
  addresses?: string[];
  gateways?: string[];
  mac?: string;
  hostInterface?: string;
  identity?: number;
  state?: string;
  workloadSource?: string;
  workloadScope?: string;
  workloadName?: string;
  labels?: _sluice_v1_LabelInput[];
  mtu?: number;
}

export interface EndpointInfo {
  id: number;
  addresses: string[];
  gateways: string[];
  mac: string;
  hostInterface: string;
  identity: number;
  state: string;
  workloadSource: string;
  workloadScope: string;
  workloadName: string;
  labels: _sluice_v1_Label[];
  mtu: number;
}
