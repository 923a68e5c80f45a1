// Original file: proto/sluice/v1/controlplane.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

/**
 * A service as policies name it: its selector's workloads in the scope or, without a selector, its backends.
 */
export interface ServiceInput {
  scope?: string;
  name?: string;
  labels?: _sluice_v1_LabelInput[];
  selector?: { [key: string]: string };
  /**
   * addresses; only without a selector
   */
  backends?: string[];
  owner?: string;
}

/**
 * A service as policies name it: its selector's workloads in the scope or, without a selector, its backends.
 */
export interface Service {
  scope: string;
  name: string;
  labels: _sluice_v1_Label[];
  selector: { [key: string]: string };
  /**
   * addresses; only without a selector
   */
  backends: string[];
  owner: string;
}
