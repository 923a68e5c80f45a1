// Original file: proto/sluice/v1/flows.proto

export const Verdict = {
  VERDICT_UNSPECIFIED: 'VERDICT_UNSPECIFIED',
  FORWARDED: 'FORWARDED',
  DROPPED: 'DROPPED',
} as const;

export type VerdictInput = 'VERDICT_UNSPECIFIED' | 0 | 'FORWARDED' | 1 | 'DROPPED' | 2;

export type Verdict = (typeof Verdict)[keyof typeof Verdict];
