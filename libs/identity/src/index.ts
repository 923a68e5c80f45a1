export * from './claims.js';
export * from './numbers.js';
