export * from './types.js';
export * from './errors.js';
export * from './label.js';
export * from './derived.js';
export * from './selector.js';
export * from './identity.js';
export * from './prefix.js';
