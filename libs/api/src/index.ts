export * from './certificates.js';
export * from './clients.js';
export * from './config.js';
export * from './errors.js';
export type * from './generated/index.js';
export { Verdict } from './generated/index.js';
export * from './proto.js';
