import type { Types } from './types.mjs';

export function emit(types: Types): string;
