import { addon, type NamedFd } from './addon.js';
import { closed, guard, invalid } from './errors.js';
import { describe, fdOf, Handle, own } from './handle.js';
import { NativeMap } from './map.js';
import { NativeProgram } from './program.js';
import type { BpfMap, BpfObject, BpfProgram, OpenOptions } from './types.js';

class NativeObject implements BpfObject {
  readonly programs: readonly string[];
  readonly mapNames: readonly string[];
  readonly #path: string;
  readonly #programs: ReadonlyMap<string, BpfProgram>;
  readonly #maps: ReadonlyMap<string, BpfMap>;
  #open = true;

  constructor(path: string, programs: ReadonlyMap<string, BpfProgram>, maps: ReadonlyMap<string, BpfMap>) {
    this.#path = path;
    this.#programs = programs;
    this.#maps = maps;
    this.programs = Object.freeze([...programs.keys()]);
    this.mapNames = Object.freeze([...maps.keys()]);
  }

  program(name: string): BpfProgram {
    return this.#find('program', this.#programs, name);
  }

  map(name: string): BpfMap {
    return this.#find('map', this.#maps, name);
  }

  [Symbol.dispose](): void {
    this.#open = false;
    for (const handle of [...this.#programs.values(), ...this.#maps.values()]) handle[Symbol.dispose]();
  }

  #find<T>(what: string, all: ReadonlyMap<string, T>, name: string): T {
    if (!this.#open) throw closed(`object ${this.#path}`);
    const found = all.get(name);
    if (found !== undefined) return found;
    throw invalid(`${what} ${String(name)}`, `${this.#path} has ${[...all.keys()].join(', ') || 'none'}`);
  }
}

/** Handles of all descriptors, or none: what cannot be taken over is closed. */
function adopt<T extends Handle>(
  fds: readonly NamedFd[],
  make: (fd: number, name: string) => T,
): Map<string, T> {
  const handles = new Map<string, T>();
  const left = [...fds];
  try {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { name, fd } = next;
      handles.set(
        name,
        own(fd, () => make(fd, name)),
      );
    }
  } catch (error) {
    for (const handle of handles.values()) handle[Symbol.dispose]();
    for (const { fd } of left) addon().closeFd(fd);
    throw error;
  }
  return handles;
}

function reused(path: string, reuse: NonNullable<OpenOptions['reuse']>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(reuse).map(([name, map]) => [
      name,
      fdOf(map, NativeMap, `load ${path}: reuse of ${name}`),
    ]),
  );
}

/** Opens and loads an ELF object. The verifier's log is in the error. Wants CAP_BPF and CAP_NET_ADMIN. */
export function loadObject(path: string, options: OpenOptions): BpfObject {
  if (typeof options !== 'object' || options === null)
    throw invalid('load', `wants options, got ${describe(options)}`);
  const { rodata = {}, pinPath = null, maxEntries = {}, reuse = {} } = options;
  const raw = { rodata, pinPath, maxEntries, reuse: reused(path, reuse) };
  const { programs, maps } = guard(() => addon().loadObject(path, raw));
  const byMap = adopt(maps, (fd, name) => new NativeMap(fd, name));
  return new NativeObject(
    path,
    adopt(programs, (fd, name) => new NativeProgram(fd, name)),
    byMap,
  );
}
