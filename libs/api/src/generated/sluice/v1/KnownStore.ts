// Original file: proto/sluice/v1/controlplane.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Which store an agent knows, and how far it has read it.
 */
export interface KnownStoreInput {
  node?: string;
  /**
   * why it takes nothing from the store as it is; empty: it follows it
   */
  frozen?: string;
  uuid?: string;
  generation?: number | string | Long;
  revision?: number | string | Long;
}

/**
 * Which store an agent knows, and how far it has read it.
 */
export interface KnownStore {
  node: string;
  /**
   * why it takes nothing from the store as it is; empty: it follows it
   */
  frozen: string;
  uuid: string;
  generation: number;
  revision: number;
}
