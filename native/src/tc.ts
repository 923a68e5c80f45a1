import { unlinkSync } from 'node:fs';
import { addon } from './addon.js';
import { BpfError, closed, guard, invalid } from './errors.js';
import { fdOf, Handle } from './handle.js';
import type { AttachOptions, BpfProgram, TcAttachment, TcDirection } from './types.js';

const side = (direction: TcDirection) => (direction === 'egress' ? 1 : 0);

/** A TCX link (Linux 6.6). */
class TcxAttachment extends Handle implements TcAttachment {
  readonly mode = 'tcx';

  constructor(
    fd: number,
    readonly ifindex: number,
    readonly direction: TcDirection,
    private readonly pinned: string | null,
  ) {
    super(fd, `tcx link of interface ${ifindex}`);
  }

  replace(program: BpfProgram): void {
    const fd = this.fd;
    guard(() => addon().linkUpdate(fd, fdOf(program)));
  }

  currentProgramId(): number | null {
    const fd = this.fd;
    const info = guard(() => addon().linkInfo(fd));
    return info.ifindex === 0 ? null : info.programId;
  }

  detach(): void {
    const fd = this.fd;
    // A link whose interface has gone is detached already (ENOLINK).
    ignoring(['ENOLINK', 'ENODEV'], () => guard(() => addon().linkDetach(fd)));
    if (this.pinned !== null) unlinkPin(this.pinned);
    this[Symbol.dispose]();
  }
}

/** A clsact filter: it stays until it is detached or the interface goes; no descriptor is held. */
class ClsactAttachment implements TcAttachment {
  readonly mode = 'clsact';
  private open = true;

  constructor(
    readonly ifindex: number,
    readonly direction: TcDirection,
  ) {}

  replace(program: BpfProgram): void {
    this.check();
    guard(() => addon().clsactAttach(this.ifindex, side(this.direction), fdOf(program)));
  }

  currentProgramId(): number | null {
    this.check();
    return guard(() => addon().clsactQuery(this.ifindex, side(this.direction)));
  }

  detach(): void {
    this.check();
    guard(() => addon().clsactDetach(this.ifindex, side(this.direction)));
    this.open = false;
  }

  [Symbol.dispose](): void {
    this.open = false;
  }

  private check(): void {
    if (!this.open) throw closed(`clsact filter of interface ${this.ifindex}`);
  }
}

function ignoring(codes: readonly string[], call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof BpfError) || !codes.includes(error.code)) throw error;
  }
}

function unlinkPin(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Whether this kernel has TCX: the query is refused where it has not. Interface 1 is loopback in every namespace. */
export function hasTcx(): boolean {
  try {
    addon().tcxQuery(1, 0);
    return true;
  } catch {
    return false;
  }
}

/** The pinned link, where it is one of this hook; a stale one (its interface has gone) is removed. */
function pinnedLink(options: AttachOptions, pin: string): number | null {
  const fd = guard(() => addon().openPin(pin));
  if (fd === null) return null;
  const info = guard(() => addon().linkInfo(fd));
  if (info.tcx && info.ifindex === options.ifindex && info.egress === side(options.direction)) return fd;
  addon().closeFd(fd);
  if (info.tcx && info.ifindex === 0) {
    unlinkPin(pin);
    return null;
  }
  throw invalid(
    `attach to interface ${options.ifindex}`,
    `${pin} is a link of another hook (interface ${info.ifindex})`,
  );
}

function attachTcx(options: AttachOptions): TcAttachment {
  const { ifindex, direction, program, pin } = options;
  const found = pin === null ? null : pinnedLink(options, pin);
  if (found !== null) {
    const attachment = new TcxAttachment(found, ifindex, direction, pin);
    attachment.replace(program);
    return attachment;
  }
  const fd = guard(() => addon().tcxAttach(fdOf(program), ifindex, side(direction)));
  const attachment = new TcxAttachment(fd, ifindex, direction, pin);
  if (pin !== null) attachment.pin(pin);
  return attachment;
}

/** Attaches a program to a tc hook, atomically in place of what this package attached there before. */
export function attachTc(options: AttachOptions): TcAttachment {
  if (!Number.isInteger(options.ifindex) || options.ifindex < 1) {
    throw invalid('attach', `interface ${options.ifindex} is not an index`);
  }
  const mode = options.mode === 'auto' ? (hasTcx() ? 'tcx' : 'clsact') : options.mode;
  if (mode === 'tcx') return attachTcx(options);
  guard(() => addon().clsactAttach(options.ifindex, side(options.direction), fdOf(options.program)));
  return new ClsactAttachment(options.ifindex, options.direction);
}

/** Program ids of a hook in their order: TCX first, then the clsact filter of this package. */
export function queryTc(ifindex: number, direction: TcDirection): readonly number[] {
  const tcx = hasTcx() ? guard(() => addon().tcxQuery(ifindex, side(direction))) : [];
  const filter = guard(() => addon().clsactQuery(ifindex, side(direction)));
  return filter === null ? tcx : [...tcx, filter];
}
