// Original file: proto/sluice/v1/controlplane.proto

/**
 * `before` and `after` are JSON; empty: the field was absent.
 */
export interface FieldDifferenceInput {
  path?: string;
  before?: string;
  after?: string;
}

/**
 * `before` and `after` are JSON; empty: the field was absent.
 */
export interface FieldDifference {
  path: string;
  before: string;
  after: string;
}
