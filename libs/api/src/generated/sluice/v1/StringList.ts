// Original file: proto/sluice/v1/controlplane.proto

export interface StringListInput {
  values?: string[];
}

export interface StringList {
  values: string[];
}
