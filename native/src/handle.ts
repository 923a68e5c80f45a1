import { addon } from './addon.js';
import { closed, guard } from './errors.js';

/** Descriptors of handles that nobody disposed are closed when the handle is collected. */
const forgotten = new FinalizationRegistry<number>((fd) => addon().closeFd(fd));

/** A file descriptor with an owner. Use after dispose throws ECLOSED; a second dispose does nothing. */
export class Handle implements Disposable {
  private descriptor: number | null;

  constructor(
    fd: number,
    private readonly what: string,
  ) {
    this.descriptor = fd;
    forgotten.register(this, fd, this);
  }

  get fd(): number {
    if (this.descriptor === null) throw closed(this.what);
    return this.descriptor;
  }

  pin(path: string): void {
    const fd = this.fd;
    guard(() => addon().pin(fd, path));
  }

  [Symbol.dispose](): void {
    if (this.descriptor === null) return;
    forgotten.unregister(this);
    addon().closeFd(this.descriptor);
    this.descriptor = null;
  }
}

/** The descriptor of a handle of this package. */
export function fdOf(handle: { readonly fd: number }): number {
  return handle.fd;
}
