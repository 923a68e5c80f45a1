export * from './claims.js';
export * from './collection.js';
export * from './numbers.js';
