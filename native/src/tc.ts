import { unlinkSync } from 'node:fs';
import { addon } from './addon.js';
import { BpfError, closed, guard, invalid } from './errors.js';
import { fdOf, Handle } from './handle.js';
import { NativeProgram } from './program.js';
import type { AttachOptions, BpfProgram, TcAttachment, TcDirection } from './types.js';

/** 0 ingress, 1 egress; anything else is refused, since a wrong side would leave the right one open. */
function side(direction: TcDirection): number {
  if (direction === 'ingress') return 0;
  if (direction === 'egress') return 1;
  throw invalid('tc hook', `direction ${String(direction)} is not ingress or egress`);
}

const programFd = (program: BpfProgram) => fdOf(program, NativeProgram, 'attach');

/** A TCX link (Linux 6.6). */
class TcxAttachment extends Handle implements TcAttachment {
  readonly mode = 'tcx';
  readonly ifindex: number;
  readonly direction: TcDirection;
  readonly #pinned: string | null;

  constructor(fd: number, ifindex: number, direction: TcDirection, pinned: string | null) {
    super(fd, `tcx link of interface ${ifindex}`);
    this.ifindex = ifindex;
    this.direction = direction;
    this.#pinned = pinned;
  }

  replace(program: BpfProgram): void {
    const fd = this.fd;
    const next = programFd(program);
    guard(() => addon().linkUpdate(fd, next));
  }

  currentProgramId(): number | null {
    const fd = this.fd;
    const info = guard(() => addon().linkInfo(fd));
    return info.ifindex === 0 ? null : info.programId;
  }

  detach(): void {
    const fd = this.fd;
    // A link whose interface has gone is detached already.
    ignoring(['ENOLINK', 'ENODEV'], () => guard(() => addon().linkDetach(fd)));
    if (this.#pinned !== null) unlinkPin(this.#pinned);
    this[Symbol.dispose]();
  }
}

/** A clsact filter: it stays until it is detached or the interface goes; no descriptor is held. */
class ClsactAttachment implements TcAttachment {
  readonly mode = 'clsact';
  readonly ifindex: number;
  readonly direction: TcDirection;
  #open = true;

  constructor(ifindex: number, direction: TcDirection) {
    this.ifindex = ifindex;
    this.direction = direction;
  }

  replace(program: BpfProgram): void {
    this.#check();
    const next = programFd(program);
    guard(() => addon().clsactAttach(this.ifindex, side(this.direction), next));
  }

  currentProgramId(): number | null {
    this.#check();
    return guard(() => addon().clsactQuery(this.ifindex, side(this.direction)));
  }

  detach(): void {
    this.#check();
    guard(() => addon().clsactDetach(this.ifindex, side(this.direction)));
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.#open = false;
  }

  #check(): void {
    if (!this.#open) throw closed(`clsact filter of interface ${this.ifindex}`);
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

/** Loopback is interface 1 of every network namespace. */
const LOOPBACK = 1;

/** Whether this kernel has TCX: the query is not valid where it has not. Wants CAP_NET_ADMIN. */
export function hasTcx(): boolean {
  try {
    guard(() => addon().tcxQuery(LOOPBACK, 0));
    return true;
  } catch (error) {
    if (error instanceof BpfError && error.code === 'EINVAL') return false;
    throw error;
  }
}

/** The pinned link, where it is one of this hook; a stale one (its interface has gone) is removed. */
function pinnedLink({ ifindex, direction }: AttachOptions, pin: string): number | null {
  const fd = guard(() => addon().openPin(pin, 'bpf-link'));
  if (fd === null) return null;
  try {
    const info = guard(() => addon().linkInfo(fd));
    const gone = info.tcx && info.ifindex === 0;
    // Two namespaces have interfaces of one number: only the hook itself tells whose link it is.
    const here = info.tcx && info.ifindex === ifindex && info.egress === side(direction);
    if (here && guard(() => addon().tcxQuery(ifindex, side(direction))).links.includes(info.id)) return fd;
    if (!gone)
      throw invalid(
        `attach to interface ${ifindex}`,
        `${pin} is a link of another hook (interface ${info.ifindex})`,
      );
  } catch (error) {
    addon().closeFd(fd);
    throw error;
  }
  addon().closeFd(fd);
  unlinkPin(pin);
  return null;
}

function attachTcx(options: AttachOptions): TcAttachment {
  const { ifindex, direction, program, pin } = options;
  const found = pin === null ? null : pinnedLink(options, pin);
  const fd = found ?? guard(() => addon().tcxAttach(programFd(program), ifindex, side(direction)));
  const attachment = new TcxAttachment(fd, ifindex, direction, pin);
  try {
    if (found !== null) attachment.replace(program);
    else if (pin !== null) attachment.pin(pin);
  } catch (error) {
    attachment[Symbol.dispose]();
    throw error;
  }
  return attachment;
}

function check(options: AttachOptions): void {
  const { ifindex, direction, mode, pin } = options;
  if (!Number.isInteger(ifindex) || ifindex < 1 || ifindex > 0x7fffffff) {
    throw invalid('attach', `interface ${String(ifindex)} is not an index`);
  }
  side(direction);
  programFd(options.program);
  if (!['tcx', 'clsact', 'auto'].includes(mode))
    throw invalid('attach', `mode ${String(mode)} is not tcx, clsact or auto`);
  if (pin !== null && typeof pin !== 'string') throw invalid('attach', 'pin must be a path or null');
}

/** Attaches a program to a tc hook, atomically in place of what this package attached there before. */
export function attachTc(options: AttachOptions): TcAttachment {
  if (typeof options !== 'object' || options === null) throw invalid('attach', 'wants options');
  check(options);
  const { ifindex, direction, program } = options;
  const mode = options.mode === 'auto' ? (hasTcx() ? 'tcx' : 'clsact') : options.mode;
  if (mode === 'tcx') return attachTcx(options);
  guard(() => addon().clsactAttach(ifindex, side(direction), programFd(program)));
  return new ClsactAttachment(ifindex, direction);
}

/** The TCX link that is pinned there; null where nothing is. Throws EINVAL where it is no such link. */
export function openPinnedLink(path: string): TcAttachment | null {
  const fd = guard(() => addon().openPin(path, 'bpf-link'));
  if (fd === null) return null;
  try {
    const info = guard(() => addon().linkInfo(fd));
    if (!info.tcx) throw invalid(`open ${path}`, 'it is no link of TCX');
    return new TcxAttachment(fd, info.ifindex, info.egress === 1 ? 'egress' : 'ingress', path);
  } catch (error) {
    addon().closeFd(fd);
    throw error;
  }
}

/** Program ids of a hook in their order: TCX first, then the clsact filter of this package. */
export function queryTc(ifindex: number, direction: TcDirection): readonly number[] {
  const egress = side(direction);
  const tcx = hasTcx() ? guard(() => addon().tcxQuery(ifindex, egress)).programs : [];
  const filter = guard(() => addon().clsactQuery(ifindex, egress));
  return filter === null ? tcx : [...tcx, filter];
}
