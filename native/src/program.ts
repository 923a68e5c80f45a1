import { addon } from './addon.js';
import { guard, invalid } from './errors.js';
import { describe, Handle } from './handle.js';
import type { BpfProgram, TestRunOptions, TestRunResult } from './types.js';

/** Room for what a program puts in front of a packet. */
const ROOM = 256;

/** A program by its descriptor. */
export class NativeProgram extends Handle implements BpfProgram {
  readonly name: string;
  readonly id: number;

  constructor(fd: number, name: string | null) {
    const info = guard(() => addon().progInfo(fd));
    super(fd, `program ${name ?? info.name}`);
    this.name = name ?? info.name;
    this.id = info.id;
  }

  testRun(options: TestRunOptions): TestRunResult {
    const fd = this.fd;
    if (typeof options !== 'object' || options === null)
      throw invalid('test run', `wants options, got ${describe(options)}`);
    const { data, context = null, repeat = 1 } = options;
    if (!Buffer.isBuffer(data)) throw invalid('test run', `data must be a Buffer, got ${describe(data)}`);
    return guard(() => addon().testRun(fd, data, context, repeat, options.outputSize ?? data.length + ROOM));
  }

  info(): { readonly instructions: number; readonly verifiedInstructions: number; readonly tag: string } {
    const fd = this.fd;
    const { instructions, verifiedInstructions, tag } = guard(() => addon().progInfo(fd));
    return { instructions, verifiedInstructions, tag };
  }
}
