// Original file: proto/sluice/v1/controlplane.proto

import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface PendingNodeInput {
  name?: string;
  realized?: _sluice_v1_RevisionInput | null;
  errors?: string[];
}

export interface PendingNode {
  name: string;
  realized: _sluice_v1_Revision | null;
  errors: string[];
}
