// Original file: proto/sluice/v1/common.proto

export interface PolicyRefInput {
  kind?: string;
  scope?: string;
  name?: string;
}

export interface PolicyRef {
  kind: string;
  scope: string;
  name: string;
}
