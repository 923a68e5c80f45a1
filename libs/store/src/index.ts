export * from './schema.js';
export * from './types.js';
export { StoreError, type StoreErrorCode } from './errors.js';
export { connectStore, LIMITS } from './client.js';
export { decode, encode, kindOf } from './codec.js';
export {
  advanceGuard,
  checkGuard,
  readGuard,
  watchCluster,
  type ClusterWatchOptions,
  type GuardVerdict,
} from './guard.js';
