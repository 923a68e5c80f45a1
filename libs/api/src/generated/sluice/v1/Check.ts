// Original file: proto/sluice/v1/controlplane.proto

/**
 * level: ok | warning | error. What is wrong and what to do.
 */
export interface CheckInput {
  name?: string;
  level?: string;
  message?: string;
  hint?: string;
}

/**
 * level: ok | warning | error. What is wrong and what to do.
 */
export interface Check {
  name: string;
  level: string;
  message: string;
  hint: string;
}
