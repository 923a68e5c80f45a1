// Original file: proto/sluice/v1/controlplane.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Says that the store is meant as it is: restored from a backup, or made anew. Nodes that are frozen then follow it.
 */
export interface AcceptStoreRequestInput {
  /**
   * the cluster that nodes know; empty: as the store says
   */
  uuid?: string;
  /**
   * the highest that nodes know; the store gets a higher one than this and its own
   */
  generation?: number | string | Long;
}

/**
 * Says that the store is meant as it is: restored from a backup, or made anew. Nodes that are frozen then follow it.
 */
export interface AcceptStoreRequest {
  /**
   * the cluster that nodes know; empty: as the store says
   */
  uuid: string;
  /**
   * the highest that nodes know; the store gets a higher one than this and its own
   */
  generation: number;
}
