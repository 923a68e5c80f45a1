// Original file: proto/sluice/v1/agent.proto

export interface SuspendEnforcementRequestInput {
  seconds?: number;
  /**
   * for the log
   */
  reason?: string;
}

export interface SuspendEnforcementRequest {
  seconds: number;
  /**
   * for the log
   */
  reason: string;
}
