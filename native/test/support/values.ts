import { BpfError } from '../../src/index.js';

/** A u32 in host order. */
export const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);

/** A u64 in host order. */
export const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer);

/** `count` keys of u32, from `from`, one after the other. */
export const u32s = (count: number, from = 0): Buffer =>
  Buffer.from(Uint32Array.from({ length: count }, (_, i) => from + i).buffer);

/** The BpfError that a call throws. */
export function errorOf(call: () => unknown): BpfError {
  try {
    call();
  } catch (error) {
    if (error instanceof BpfError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
