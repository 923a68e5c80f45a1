// Original file: proto/sluice/v1/controlplane.proto

import type {
  PartyInput as _sluice_v1_PartyInput,
  Party as _sluice_v1_Party,
} from '../../sluice/v1/Party.js';
import type {
  RuleRefInput as _sluice_v1_RuleRefInput,
  RuleRef as _sluice_v1_RuleRef,
} from '../../sluice/v1/RuleRef.js';

export interface PlanRowInput {
  source?: _sluice_v1_PartyInput | null;
  destination?: _sluice_v1_PartyInput | null;
  protocol?: string;
  /**
   * ICMP: the type
   */
  firstPort?: number;
  lastPort?: number;
  /**
   * after; before it was the opposite
   */
  allowed?: boolean;
  /**
   * the deciders
   */
  before?: _sluice_v1_RuleRefInput[];
  after?: _sluice_v1_RuleRefInput[];
  /**
   * where no rule decided
   */
  beforeReason?: string;
  afterReason?: string;
}

export interface PlanRow {
  source: _sluice_v1_Party | null;
  destination: _sluice_v1_Party | null;
  protocol: string;
  /**
   * ICMP: the type
   */
  firstPort: number;
  lastPort: number;
  /**
   * after; before it was the opposite
   */
  allowed: boolean;
  /**
   * the deciders
   */
  before: _sluice_v1_RuleRef[];
  after: _sluice_v1_RuleRef[];
  /**
   * where no rule decided
   */
  beforeReason: string;
  afterReason: string;
}
