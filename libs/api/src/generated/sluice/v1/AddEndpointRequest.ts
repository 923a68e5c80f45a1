// Original file: proto/sluice/v1/agent.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';
import type {
  NamedPortInput as _sluice_v1_NamedPortInput,
  NamedPort as _sluice_v1_NamedPort,
} from '../../sluice/v1/NamedPort.js';

export interface AddEndpointRequestInput {
  /**
   * host, container, k8s, user
   */
  workloadSource?: string;
  /**
   * default: "default"
   */
  workloadScope?: string;
  workloadName?: string;
  /**
   * derived labels are added by the agent
   */
  labels?: _sluice_v1_LabelInput[];
  /**
   * path of the workload's network namespace
   */
  netns?: string;
  /**
   * in that namespace; default eth0
   */
  interfaceName?: string;
  /**
   * wished for; empty: from the node's prefixes, one of each family
   */
  addresses?: string[];
  /**
   * answer only when identity and policy are in the kernel
   */
  waitReady?: boolean;
  timeoutSeconds?: number;
  /**
   * what policies may call by name
   */
  ports?: _sluice_v1_NamedPortInput[];
}

export interface AddEndpointRequest {
  /**
   * host, container, k8s, user
   */
  workloadSource: string;
  /**
   * default: "default"
   */
  workloadScope: string;
  workloadName: string;
  /**
   * derived labels are added by the agent
   */
  labels: _sluice_v1_Label[];
  /**
   * path of the workload's network namespace
   */
  netns: string;
  /**
   * in that namespace; default eth0
   */
  interfaceName: string;
  /**
   * wished for; empty: from the node's prefixes, one of each family
   */
  addresses: string[];
  /**
   * answer only when identity and policy are in the kernel
   */
  waitReady: boolean;
  timeoutSeconds: number;
  /**
   * what policies may call by name
   */
  ports: _sluice_v1_NamedPort[];
}
