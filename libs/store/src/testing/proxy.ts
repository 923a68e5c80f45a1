import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections a test can cut, refuse or let go silent. */
export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** While true nothing that arrives is passed on, though connections stay open. */
  silent = false;
  /** While true new connections are closed at once. */
  refusing = false;
  /** Connections accepted so far. */
  accepted = 0;

  private constructor(private target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((inner) => this.#accept(inner, this.target));
  }

  static async start(host: string, port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy({ host, port });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where connections go from now on. */
  retarget(host: string, port: number): void {
    this.target = { host, port };
  }

  /** Cuts every connection; how many there were. */
  cut(): number {
    const open = this.#sockets.size;
    for (const socket of this.#sockets) socket.destroy();
    return open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #accept(inner: Socket, target: { readonly host: string; readonly port: number }): void {
    if (this.refusing) {
      inner.destroy();
      return;
    }
    this.accepted++;
    const outer = connect(target);
    this.#join(inner, outer);
    this.#join(outer, inner);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => this.silent || to.write(chunk));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
