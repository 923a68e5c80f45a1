// Original file: proto/sluice/v1/controlplane.proto

export interface LintRequestInput {
  text?: string;
  file?: string;
  /**
   * 0: hits are not looked at
   */
  unusedDays?: number;
}

export interface LintRequest {
  text: string;
  file: string;
  /**
   * 0: hits are not looked at
   */
  unusedDays: number;
}
