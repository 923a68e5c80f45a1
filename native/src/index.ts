import { mkdirSync } from 'node:fs';
import { addon } from './addon.js';
import { BpfError, ENOENT, guard, invalid } from './errors.js';
import { own } from './handle.js';
import { createMap, NativeMap } from './map.js';
import { loadObject } from './object.js';
import { NativeProgram } from './program.js';
import { openRingBuffer } from './ring.js';
import { attachTc, hasTcx, openPinnedLink, queryTc } from './tc.js';
import type { BpfMap, BpfProgram, Native } from './types.js';

export * from './types.js';
export { attachTc, BpfError, createMap, loadObject, openPinnedLink, openRingBuffer, queryTc };

function opened(path: string, kind: 'bpf-map' | 'bpf-prog'): number {
  const fd = guard(() => addon().openPin(path, kind));
  if (fd === null)
    throw new BpfError('ENOENT', ENOENT, `open ${path}`, `open ${path}: nothing is pinned there`, null);
  return fd;
}

/** A map by its pin. ENOENT where there is none, EINVAL where it is no map. */
export function openPinnedMap(path: string): BpfMap {
  return own(opened(path, 'bpf-map'), (fd) => new NativeMap(fd, null));
}

/** A program by its pin. ENOENT where there is none, EINVAL where it is no program. */
export function openPinnedProgram(path: string): BpfProgram {
  return own(opened(path, 'bpf-prog'), (fd) => new NativeProgram(fd, null));
}

/** A map by its number in this kernel, as a look-up in a map of maps gives it. */
export function openMapById(id: number): BpfMap {
  const fd = guard(() => addon().mapById(id));
  return own(fd, () => new NativeMap(fd, null));
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
  if (typeof path !== 'string' || path === '') throw invalid('mount bpffs', 'wants a path');
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
  openPinnedLink,
  queryTc,
  openRingBuffer,
  dumpBtf,
  features,
  monotonicNow,
  mountBpffs,
  ifindex,
};
