// Original file: proto/sluice/v1/controlplane.proto

import type {
  StringListInput as _sluice_v1_StringListInput,
  StringList as _sluice_v1_StringList,
} from '../../sluice/v1/StringList.js';

export interface SettingsInput {
  mode?: string;
  allowLocalHost?: string;
  routing?: string;
  tunnelPort?: number;
  /**
   * addresses of the entity kube-apiserver beside the backends of default/kubernetes; absent: as they are
   */
  kubeApiserver?: _sluice_v1_StringListInput | null;
}

export interface Settings {
  mode: string;
  allowLocalHost: string;
  routing: string;
  tunnelPort: number;
  /**
   * addresses of the entity kube-apiserver beside the backends of default/kubernetes; absent: as they are
   */
  kubeApiserver: _sluice_v1_StringList | null;
}
