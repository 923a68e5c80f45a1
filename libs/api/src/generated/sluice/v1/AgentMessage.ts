// Original file: proto/sluice/v1/controlplane.proto

import type {
  HelloInput as _sluice_v1_HelloInput,
  Hello as _sluice_v1_Hello,
} from '../../sluice/v1/Hello.js';
import type {
  FlowBatchInput as _sluice_v1_FlowBatchInput,
  FlowBatch as _sluice_v1_FlowBatch,
} from '../../sluice/v1/FlowBatch.js';
import type {
  DumpMapResponseInput as _sluice_v1_DumpMapResponseInput,
  DumpMapResponse as _sluice_v1_DumpMapResponse,
} from '../../sluice/v1/DumpMapResponse.js';
import type {
  AgentStatusInput as _sluice_v1_AgentStatusInput,
  AgentStatus as _sluice_v1_AgentStatus,
} from '../../sluice/v1/AgentStatus.js';
import type {
  FailureInput as _sluice_v1_FailureInput,
  Failure as _sluice_v1_Failure,
} from '../../sluice/v1/Failure.js';
import type { DoneInput as _sluice_v1_DoneInput, Done as _sluice_v1_Done } from '../../sluice/v1/Done.js';
import type {
  RecordedBatchInput as _sluice_v1_RecordedBatchInput,
  RecordedBatch as _sluice_v1_RecordedBatch,
} from '../../sluice/v1/RecordedBatch.js';
import type { Long } from '@grpc/proto-loader';

export interface AgentMessageInput {
  /**
   * answers this ControlMessage; 0 for hello
   */
  request?: number | string | Long;
  hello?: _sluice_v1_HelloInput | null;
  flows?: _sluice_v1_FlowBatchInput | null;
  dump?: _sluice_v1_DumpMapResponseInput | null;
  status?: _sluice_v1_AgentStatusInput | null;
  failure?: _sluice_v1_FailureInput | null;
  /**
   * the end of a request's answers
   */
  done?: _sluice_v1_DoneInput | null;
  recorded?: _sluice_v1_RecordedBatchInput | null;
  body?: 'hello' | 'flows' | 'dump' | 'status' | 'failure' | 'done' | 'recorded';
}

export interface AgentMessage {
  /**
   * answers this ControlMessage; 0 for hello
   */
  request: number;
  hello?: _sluice_v1_Hello | null;
  flows?: _sluice_v1_FlowBatch | null;
  dump?: _sluice_v1_DumpMapResponse | null;
  status?: _sluice_v1_AgentStatus | null;
  failure?: _sluice_v1_Failure | null;
  /**
   * the end of a request's answers
   */
  done?: _sluice_v1_Done | null;
  recorded?: _sluice_v1_RecordedBatch | null;
  body?: 'hello' | 'flows' | 'dump' | 'status' | 'failure' | 'done' | 'recorded';
}
