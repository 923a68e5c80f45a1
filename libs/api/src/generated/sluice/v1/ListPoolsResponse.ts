// Original file: proto/sluice/v1/controlplane.proto

import type { PoolInput as _sluice_v1_PoolInput, Pool as _sluice_v1_Pool } from '../../sluice/v1/Pool.js';

export interface ListPoolsResponseInput {
  pools?: _sluice_v1_PoolInput[];
}

export interface ListPoolsResponse {
  pools: _sluice_v1_Pool[];
}
