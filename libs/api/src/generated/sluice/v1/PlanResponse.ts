// Original file: proto/sluice/v1/controlplane.proto

import type {
  RevisionInput as _sluice_v1_RevisionInput,
  Revision as _sluice_v1_Revision,
} from '../../sluice/v1/Revision.js';
import type {
  ProblemInput as _sluice_v1_ProblemInput,
  Problem as _sluice_v1_Problem,
} from '../../sluice/v1/Problem.js';
import type {
  PolicyResultInput as _sluice_v1_PolicyResultInput,
  PolicyResult as _sluice_v1_PolicyResult,
} from '../../sluice/v1/PolicyResult.js';
import type {
  PlanRowInput as _sluice_v1_PlanRowInput,
  PlanRow as _sluice_v1_PlanRow,
} from '../../sluice/v1/PlanRow.js';
import type {
  SubjectSizeInput as _sluice_v1_SubjectSizeInput,
  SubjectSize as _sluice_v1_SubjectSize,
} from '../../sluice/v1/SubjectSize.js';
import type {
  RecordedFlowInput as _sluice_v1_RecordedFlowInput,
  RecordedFlow as _sluice_v1_RecordedFlow,
} from '../../sluice/v1/RecordedFlow.js';
import type { Long } from '@grpc/proto-loader';

export interface PlanResponseInput {
  /**
   * for apply's plan_revision
   */
  revision?: _sluice_v1_RevisionInput | null;
  problems?: _sluice_v1_ProblemInput[];
  results?: _sluice_v1_PolicyResultInput[];
  rows?: _sluice_v1_PlanRowInput[];
  /**
   * pairs with their port ranges, whole numbers before the limit
   */
  gained?: number | string | Long;
  lost?: number | string | Long;
  /**
   * subjects whose number of entries changes
   */
  sizes?: _sluice_v1_SubjectSizeInput[];
  /**
   * entries that a subject's map can have
   */
  capacity?: number;
  needsForce?: boolean;
  /**
   * of those recorded, the ones whose verdict would change
   */
  flows?: _sluice_v1_RecordedFlowInput[];
  /**
   * RFC 3339; empty: no node keeps any
   */
  flowsSince?: string;
  /**
   * whose recorded flows could not be read
   */
  silentNodes?: string[];
}

export interface PlanResponse {
  /**
   * for apply's plan_revision
   */
  revision: _sluice_v1_Revision | null;
  problems: _sluice_v1_Problem[];
  results: _sluice_v1_PolicyResult[];
  rows: _sluice_v1_PlanRow[];
  /**
   * pairs with their port ranges, whole numbers before the limit
   */
  gained: number;
  lost: number;
  /**
   * subjects whose number of entries changes
   */
  sizes: _sluice_v1_SubjectSize[];
  /**
   * entries that a subject's map can have
   */
  capacity: number;
  needsForce: boolean;
  /**
   * of those recorded, the ones whose verdict would change
   */
  flows: _sluice_v1_RecordedFlow[];
  /**
   * RFC 3339; empty: no node keeps any
   */
  flowsSince: string;
  /**
   * whose recorded flows could not be read
   */
  silentNodes: string[];
}
