// Original file: proto/sluice/v1/controlplane.proto

import type {
  ServiceInput as _sluice_v1_ServiceInput,
  Service as _sluice_v1_Service,
} from '../../sluice/v1/Service.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ListServicesResponseInput {
  services?: _sluice_v1_ServiceInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

export interface ListServicesResponse {
  services: _sluice_v1_Service[];
  revision: _sluice_v1_Revision | null;
}
