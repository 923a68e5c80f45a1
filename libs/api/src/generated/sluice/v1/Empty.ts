// Original file: proto/sluice/v1/controlplane.proto

export interface EmptyInput {}

export interface Empty {}
