// Original file: proto/sluice/v1/controlplane.proto

export interface DoneInput {}

export interface Done {}
