// Original file: proto/sluice/v1/agent.proto

import type {
  EndpointInfoInput as _sluice_v1_EndpointInfoInput,
  EndpointInfo as _sluice_v1_EndpointInfo,
} from '../../sluice/v1/EndpointInfo.js';

export interface EndpointListInput {
  endpoints?: _sluice_v1_EndpointInfoInput[];
}

export interface EndpointList {
  endpoints: _sluice_v1_EndpointInfo[];
}
