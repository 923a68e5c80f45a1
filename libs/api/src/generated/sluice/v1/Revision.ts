// Original file: proto/sluice/v1/common.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A revision is always both: the store's generation and etcd's mod_revision.
 */
export interface RevisionInput {
  generation?: number | string | Long;
  revision?: number | string | Long;
}

/**
 * A revision is always both: the store's generation and etcd's mod_revision.
 */
export interface Revision {
  generation: number;
  revision: number;
}
