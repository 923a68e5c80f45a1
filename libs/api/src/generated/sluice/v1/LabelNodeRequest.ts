// Original file: proto/sluice/v1/controlplane.proto

import type {
  LabelInput as _sluice_v1_LabelInput,
  Label as _sluice_v1_Label,
} from '../../sluice/v1/Label.js';

/**
 * Labels of source `user` of a node, for node selectors. A key with an empty `set` and in `remove` goes.
 */
export interface LabelNodeRequestInput {
  name?: string;
  set?: _sluice_v1_LabelInput[];
  remove?: string[];
}

/**
 * Labels of source `user` of a node, for node selectors. A key with an empty `set` and in `remove` goes.
 */
export interface LabelNodeRequest {
  name: string;
  set: _sluice_v1_Label[];
  remove: string[];
}
