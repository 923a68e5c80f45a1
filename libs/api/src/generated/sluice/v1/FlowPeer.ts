// Original file: proto/sluice/v1/flows.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

export interface FlowPeerInput {
  address?: string;
  port?: number;
  identity?: number;
  labels?: _sluice_v1_LabelInput[];
  /**
   * scope/name where an endpoint has the address
   */
  workload?: string;
  node?: string;
}

export interface FlowPeer {
  address: string;
  port: number;
  identity: number;
  labels: _sluice_v1_Label[];
  /**
   * scope/name where an endpoint has the address
   */
  workload: string;
  node: string;
}
