export * from './types.js';
export { suggest } from './suggest.js';
