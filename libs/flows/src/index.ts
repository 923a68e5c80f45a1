export * from './enrich.js';
export * from './filter.js';
export * from './format.js';
export * from './names.js';
export * from './ring.js';
export * from './types.js';
