export * from './addresses.js';
export * from './nodes.js';
export * from './subnets.js';
