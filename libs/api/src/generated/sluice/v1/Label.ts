// Original file: proto/sluice/v1/common.proto

export interface LabelInput {
  source?: string;
  key?: string;
  value?: string;
}

export interface Label {
  source: string;
  key: string;
  value: string;
}
