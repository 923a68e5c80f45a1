export { plan } from './plan.js';
export { OTHER as OTHER_PROTOCOL } from './ranges.js';
export type * from './types.js';
