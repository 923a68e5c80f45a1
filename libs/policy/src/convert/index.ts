export { toNative } from './convert.js';
export type { Conversion, Unsayable } from './types.js';
