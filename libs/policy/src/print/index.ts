export { canonical, print } from './print.js';
export { formatText, type Formatted } from './format.js';
