import { addon, type NamedFd } from './addon.js';
import { guard, invalid } from './errors.js';
import { fdOf, Handle } from './handle.js';
import { NativeMap } from './map.js';
import type { BpfMap, BpfObject, BpfProgram, OpenOptions, TestRunOptions, TestRunResult } from './types.js';

const ROOM = 256;

/** A program by its descriptor. */
export class NativeProgram extends Handle implements BpfProgram {
  readonly name: string;
  readonly id: number;

  constructor(fd: number, name: string | null) {
    super(fd, `program ${name ?? ''}`);
    const info = guard(() => addon().progInfo(fd));
    this.name = name ?? info.name;
    this.id = info.id;
  }

  testRun(options: TestRunOptions): TestRunResult {
    const { data, context = null, repeat = 1 } = options;
    if (!Buffer.isBuffer(data)) throw invalid('test run', 'data must be a Buffer');
    const fd = this.fd;
    return guard(() => addon().testRun(fd, data, context, repeat, options.outputSize ?? data.length + ROOM));
  }

  info(): { readonly instructions: number; readonly verifiedInstructions: number; readonly tag: string } {
    const fd = this.fd;
    const { instructions, verifiedInstructions, tag } = guard(() => addon().progInfo(fd));
    return { instructions, verifiedInstructions, tag };
  }
}

class NativeObject implements BpfObject {
  readonly programs: readonly string[];
  readonly mapNames: readonly string[];
  private readonly byProgram: Map<string, NativeProgram>;
  private readonly byMap: Map<string, NativeMap>;

  constructor(programs: readonly NamedFd[], maps: readonly NamedFd[]) {
    this.byProgram = new Map(programs.map(({ name, fd }) => [name, new NativeProgram(fd, name)]));
    this.byMap = new Map(maps.map(({ name, fd }) => [name, new NativeMap(fd, name)]));
    this.programs = [...this.byProgram.keys()];
    this.mapNames = [...this.byMap.keys()];
  }

  program(name: string): BpfProgram {
    const program = this.byProgram.get(name);
    if (!program) throw invalid(`program ${name}`, `the object has ${this.programs.join(', ')}`);
    return program;
  }

  map(name: string): BpfMap {
    const map = this.byMap.get(name);
    if (!map) throw invalid(`map ${name}`, `the object has ${this.mapNames.join(', ')}`);
    return map;
  }

  [Symbol.dispose](): void {
    for (const program of this.byProgram.values()) program[Symbol.dispose]();
    for (const map of this.byMap.values()) map[Symbol.dispose]();
  }
}

/** Opens and loads an ELF object. The verifier's log is in the error. Wants CAP_BPF and CAP_NET_ADMIN. */
export function loadObject(path: string, options: OpenOptions): BpfObject {
  const reuse = Object.fromEntries(
    Object.entries(options.reuse ?? {}).map(([name, map]) => [name, fdOf(map)]),
  );
  const raw = {
    rodata: options.rodata ?? {},
    pinPath: options.pinPath ?? null,
    maxEntries: options.maxEntries ?? {},
    reuse,
  };
  const { programs, maps } = guard(() => addon().loadObject(path, raw));
  return new NativeObject(programs, maps);
}
