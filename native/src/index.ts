import { mkdirSync } from 'node:fs';
import { addon } from './addon.js';
import { BpfError, guard } from './errors.js';
import { createMap, NativeMap } from './map.js';
import { loadObject, NativeProgram } from './object.js';
import { openRingBuffer } from './ring.js';
import { attachTc, hasTcx, queryTc } from './tc.js';
import type { BpfMap, BpfProgram, Native } from './types.js';

export * from './types.js';
export { attachTc, BpfError, createMap, loadObject, openRingBuffer, queryTc };

function opened(path: string): number {
  const fd = guard(() => addon().openPin(path));
  if (fd === null)
    throw new BpfError('ENOENT', 2, `open ${path}`, `open ${path}: nothing is pinned there`, null);
  return fd;
}

/** A map by its pin. ENOENT where there is none. */
export function openPinnedMap(path: string): BpfMap {
  return new NativeMap(opened(path), null);
}

/** A program by its pin. ENOENT where there is none. */
export function openPinnedProgram(path: string): BpfProgram {
  return new NativeProgram(opened(path), null);
}

/** A map by its number in this kernel, as a look-up in a map of maps gives it. */
export function openMapById(id: number): BpfMap {
  return new NativeMap(
    guard(() => addon().mapById(id)),
    null,
  );
}

/** Structs and enums in an object's BTF. */
export function dumpBtf(path: string): ReturnType<Native['dumpBtf']> {
  return guard(() => addon().dumpBtf(path));
}

/** What this kernel has. */
export function features(): { readonly tcx: boolean; readonly kernel: string } {
  return { tcx: hasTcx(), kernel: addon().kernel() };
}

/** CLOCK_MONOTONIC in nanoseconds: the clock of bpf_ktime_get_ns. */
export function monotonicNow(): bigint {
  return addon().monotonicNow();
}

/** Makes the folder and mounts a bpffs on it, unless one is mounted there. */
export function mountBpffs(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  guard(() => addon().mountBpffs(path));
}

/** Index of an interface in the present network namespace; null where there is none. */
export function ifindex(name: string): number | null {
  return guard(() => addon().ifindex(name));
}

/** All of it as one value, for those who take it as a parameter. */
export const native: Native = {
  loadObject,
  createMap,
  openPinnedMap,
  openPinnedProgram,
  openMapById,
  attachTc,
  queryTc,
  openRingBuffer,
  dumpBtf,
  features,
  monotonicNow,
  mountBpffs,
  ifindex,
};
