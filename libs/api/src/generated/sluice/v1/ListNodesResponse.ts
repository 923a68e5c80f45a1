// Original file: proto/sluice/v1/controlplane.proto

import type { NodeInput as _sluice_v1_NodeInput, Node as _sluice_v1_Node } from '../../sluice/v1/Node.js';
import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';

export interface ListNodesResponseInput {
  nodes?: _sluice_v1_NodeInput[];
  revision?: _sluice_v1_RevisionInput | null;
}

export interface ListNodesResponse {
  nodes: _sluice_v1_Node[];
  revision: _sluice_v1_Revision | null;
}
