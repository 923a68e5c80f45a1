export * from './schema.js';
export * from './types.js';
export { StoreError, type StoreErrorCode } from './errors.js';
export { connectStore, LIMITS } from './client.js';
export { decode, encode, kindOf } from './codec.js';
export {
  advanceGuard,
  checkGuard,
  readGuard,
  rewound,
  watchCluster,
  type ClusterWatchOptions,
  type GuardVerdict,
} from './guard.js';
export {
  bootstrapCluster,
  CONTROL_PLANE_RIGHTS,
  CONTROL_PLANE_USER,
  nodeRights,
  type BootstrapOptions,
  type BootstrapResult,
  type Right,
} from './bootstrap.js';
export { IdentityCollector, type Collected, type CollectorOptions } from './collection.js';
export { assignIdentity, type IdentityStore } from './identities.js';
