// Original file: proto/sluice/v1/controlplane.proto

/**
 * Mode never until a time; empty `until`: not suspended.
 */
export interface SuspensionInput {
  until?: string;
  by?: string;
  reason?: string;
}

/**
 * Mode never until a time; empty `until`: not suspended.
 */
export interface Suspension {
  until: string;
  by: string;
  reason: string;
}
