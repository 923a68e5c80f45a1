// Original file: proto/sluice/v1/controlplane.proto

export interface ListPoliciesRequestInput {
  kind?: string;
  scope?: string;
}

export interface ListPoliciesRequest {
  kind: string;
  scope: string;
}
