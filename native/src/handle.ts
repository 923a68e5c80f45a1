import { addon } from './addon.js';
import { closed, guard, invalid } from './errors.js';

/** Descriptors of handles that nobody disposed are closed when the handle is collected. */
const forgotten = new FinalizationRegistry<number>((fd) => addon().closeFd(fd));

/** A file descriptor with an owner. Use after dispose throws ECLOSED; a second dispose does nothing. */
export class Handle implements Disposable {
  #fd: number | null;
  #what: string;

  constructor(fd: number, what: string) {
    this.#fd = fd;
    this.#what = what;
    forgotten.register(this, fd, this);
  }

  get fd(): number {
    if (this.#fd === null) throw closed(this.#what);
    return this.#fd;
  }

  /** Pins it in a bpffs. EEXIST where there is something already. */
  pin(path: string): void {
    const fd = this.fd;
    guard(() => addon().pin(fd, path));
  }

  [Symbol.dispose](): void {
    if (this.#fd === null) return;
    forgotten.unregister(this);
    const fd = this.#fd;
    this.#fd = null;
    addon().closeFd(fd);
  }
}

/** Makes a handle of a new descriptor; closes the descriptor where that fails. */
export function own<T extends Handle>(fd: number, make: (fd: number) => T): T {
  try {
    return make(fd);
  } catch (error) {
    addon().closeFd(fd);
    throw error;
  }
}

/** The descriptor of a handle of the wanted class; anything else is refused, since a number alone may be any file. */
export function fdOf(
  handle: unknown,
  wanted: abstract new (...args: never[]) => Handle,
  operation: string,
): number {
  if (!(handle instanceof wanted))
    throw invalid(operation, `wants a handle of this addon, got ${describe(handle)}`);
  return handle.fd;
}

/** What something is, in a few words, for messages. */
export function describe(value: unknown): string {
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
