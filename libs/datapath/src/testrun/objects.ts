import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BpfMap, BpfObject, Native } from '@sluice/native';
import { DatapathError, errnoOf } from '../errors.js';

/** Small beside a node's: one process asks, one question at a time. */
const SIZES: Readonly<Record<string, number>> = {
  endpoints: 16,
  interfaces: 16,
  ipcache: 16,
  infrastructure: 16,
  ct4: 65_536,
  ct6: 65_536,
  frag: 64,
  policy: 4_096,
  policy_classes: 4_096,
};

/** The maps that are one for both objects (bpf/lib/maps.h); the others each has for itself. */
const SHARED = [
  'endpoints',
  'interfaces',
  'ipcache',
  'policy',
  'policy_classes',
  'ct4',
  'ct6',
  'frag',
  'config',
  'host',
  'infrastructure',
  'events',
  'metrics',
] as const;

function loadOne(native: Native, bpfDir: string, name: string, shared: Record<string, BpfMap>): BpfObject {
  const path = join(bpfDir, `${name}.bpf.o`);
  if (!existsSync(path))
    throw new DatapathError('LOAD', `${path} is missing`, { hint: 'build the BPF objects: make -C bpf' });
  try {
    return native.loadObject(path, { pinPath: null, maxEntries: SIZES, reuse: shared });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EPERM' || code === 'EACCES')
      throw new DatapathError('RIGHTS', `this kernel does not let this user load BPF programs (${code})`, {
        cause: error,
        hint: 'run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON',
      });
    throw new DatapathError('LOAD', `cannot load ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A workload's and the host's programs over one set of maps that only this process has. */
export interface UnpinnedObjects extends Disposable {
  readonly endpoint: BpfObject;
  readonly host: BpfObject;
}

/**
 * Loads both objects, unpinned: with the process they are gone. `bpfDir` holds endpoint.bpf.o and host.bpf.o. Throws
 * DatapathError: RIGHTS where the kernel refuses this user, LOAD where an object is missing or does not load.
 */
export function loadUnpinned(native: Native, bpfDir: string): UnpinnedObjects {
  const endpoint = loadOne(native, bpfDir, 'endpoint', {});
  try {
    const present = SHARED.filter((name) => endpoint.mapNames.includes(name));
    const shared = Object.fromEntries(present.map((name) => [name, endpoint.map(name)]));
    const host = loadOne(native, bpfDir, 'host', shared);
    return {
      endpoint,
      host,
      [Symbol.dispose]: () => {
        host[Symbol.dispose]();
        endpoint[Symbol.dispose]();
      },
    };
  } catch (error) {
    endpoint[Symbol.dispose]();
    throw error;
  }
}
