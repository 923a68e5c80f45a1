export { plan, planSizes } from './plan.js';
export { mostEntries } from './room.js';
export { OTHER as OTHER_PROTOCOL } from './ranges.js';
export type * from './types.js';
