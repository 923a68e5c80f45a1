// Original file: proto/sluice/v1/controlplane.proto

import type {
  PartyInput as _sluice_v1_PartyInput,
  Party as _sluice_v1_Party,
} from '../../sluice/v1/Party.js';

export interface SubjectSizeInput {
  subject?: _sluice_v1_PartyInput | null;
  before?: number;
  after?: number;
}

export interface SubjectSize {
  subject: _sluice_v1_Party | null;
  before: number;
  after: number;
}
