// Original file: proto/sluice/v1/controlplane.proto

import type {
  PolicyRefInput as _sluice_v1_PolicyRefInput,
  PolicyRef as _sluice_v1_PolicyRef,
} from '../../sluice/v1/PolicyRef.js';
import type { Long } from '@grpc/proto-loader';

export interface PolicyInput {
  ref?: _sluice_v1_PolicyRefInput | null;
  uid?: string;
  revision?: number | string | Long;
  documentJson?: string;
  author?: string;
  time?: string;
  owner?: string;
  change?: string;
}

export interface Policy {
  ref: _sluice_v1_PolicyRef | null;
  uid: string;
  revision: number;
  documentJson: string;
  author: string;
  time: string;
  owner: string;
  change: string;
}
