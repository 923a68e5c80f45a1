export * from './nodes.js';
export * from './subnets.js';
