export * from './certificates.js';
export * from './config.js';
