// Original file: proto/sluice/v1/controlplane.proto

import type {
  EndpointInput as _sluice_v1_EndpointInput,
  Endpoint as _sluice_v1_Endpoint,
} from '../../sluice/v1/Endpoint.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ListEndpointsResponseInput {
  endpoints?: _sluice_v1_EndpointInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

export interface ListEndpointsResponse {
  endpoints: _sluice_v1_Endpoint[];
  revision: _sluice_v1_Revision | null;
}
