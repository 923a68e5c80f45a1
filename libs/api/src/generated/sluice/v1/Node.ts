// Original file: proto/sluice/v1/controlplane.proto

import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';
import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

export interface NodeInput {
  name?: string;
  nodeId?: number;
  addresses?: string[];
  tunnelAddress?: string;
  prefixes?: string[];
  alive?: boolean;
  version?: string;
  kernel?: string;
  started?: string;
  realized?: _sluice_v1_RevisionInput | null;
  errors?: string[];
  connected?: boolean;
  labels?: _sluice_v1_LabelInput[];
}

export interface Node {
  name: string;
  nodeId: number;
  addresses: string[];
  tunnelAddress: string;
  prefixes: string[];
  alive: boolean;
  version: string;
  kernel: string;
  started: string;
  realized: _sluice_v1_Revision | null;
  errors: string[];
  connected: boolean;
  labels: _sluice_v1_Label[];
}
