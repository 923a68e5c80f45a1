// Original file: proto/sluice/v1/controlplane.proto

export interface DumpMapResponseInput {
  rowsJson?: string[];
  truncated?: boolean;
}

export interface DumpMapResponse {
  rowsJson: string[];
  truncated: boolean;
}
