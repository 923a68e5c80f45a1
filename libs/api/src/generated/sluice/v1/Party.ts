// Original file: proto/sluice/v1/controlplane.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

/**
 * A peer or subject in an answer: an identity with its workloads, an entity, a prefix or a node.
 */
export interface PartyInput {
  identity?: number;
  labels?: _sluice_v1_LabelInput[];
  /**
   * scope/name, at most 10
   */
  workloads?: string[];
  /**
   * world-ipv4, host, ...; empty for workloads
   */
  entity?: string;
  /**
   * of a CIDR identity
   */
  prefix?: string;
  node?: string;
}

/**
 * A peer or subject in an answer: an identity with its workloads, an entity, a prefix or a node.
 */
export interface Party {
  identity: number;
  labels: _sluice_v1_Label[];
  /**
   * scope/name, at most 10
   */
  workloads: string[];
  /**
   * world-ipv4, host, ...; empty for workloads
   */
  entity: string;
  /**
   * of a CIDR identity
   */
  prefix: string;
  node: string;
}
