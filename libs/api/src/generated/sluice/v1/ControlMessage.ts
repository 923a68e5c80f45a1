// Original file: proto/sluice/v1/controlplane.proto

import type {
  ObserveRequestInput as _sluice_v1_ObserveRequestInput,
  ObserveRequest as _sluice_v1_ObserveRequest,
} from '../../sluice/v1/ObserveRequest.js';
import type {
  DumpMapRequestInput as _sluice_v1_DumpMapRequestInput,
  DumpMapRequest as _sluice_v1_DumpMapRequest,
} from '../../sluice/v1/DumpMapRequest.js';
import type {
  EmptyInput as _sluice_v1_EmptyInput,
  Empty as _sluice_v1_Empty,
} from '../../sluice/v1/Empty.js';
import type {
  RecordedRequestInput as _sluice_v1_RecordedRequestInput,
  RecordedRequest as _sluice_v1_RecordedRequest,
} from '../../sluice/v1/RecordedRequest.js';
import type { Long } from '@grpc/proto-loader';

export interface ControlMessageInput {
  request?: number | string | Long;
  observe?: _sluice_v1_ObserveRequestInput | null;
  dump?: _sluice_v1_DumpMapRequestInput | null;
  status?: _sluice_v1_EmptyInput | null;
  /**
   * ends the request of this number
   */
  cancel?: _sluice_v1_EmptyInput | null;
  recorded?: _sluice_v1_RecordedRequestInput | null;
  body?: 'observe' | 'dump' | 'status' | 'cancel' | 'recorded';
}

export interface ControlMessage {
  request: number;
  observe?: _sluice_v1_ObserveRequest | null;
  dump?: _sluice_v1_DumpMapRequest | null;
  status?: _sluice_v1_Empty | null;
  /**
   * ends the request of this number
   */
  cancel?: _sluice_v1_Empty | null;
  recorded?: _sluice_v1_RecordedRequest | null;
  body?: 'observe' | 'dump' | 'status' | 'cancel' | 'recorded';
}
