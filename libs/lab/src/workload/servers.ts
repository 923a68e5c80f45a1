import { createSocket, type Socket as Datagram } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { PUSH } from './pushed.js';
import type { Received } from './protocol.js';

/** `::ffff:198.18.64.2` is how a dual-stack socket writes an IPv4 peer. */
const plain = (address: string | undefined) => (address ?? '?').replace(/^::ffff:/, '');
const PUSHED = Buffer.from('!');
const STREAM_MS = 120_000;

/** Servers of one workload: on each port TCP (HTTP for those who speak it, echo for all others) and UDP (echo), both families. */
export class Servers {
  private readonly connections: Record<string, number> = {};
  private readonly datagrams: Record<string, number> = {};
  private readonly open = new Map<Socket, string>();
  private readonly streams = new Map<string, NodeJS.Timeout>();

  constructor(private readonly name: string) {}

  async listen(port: number): Promise<void> {
    const tcp = createServer({ noDelay: true }, (socket) => this.accept(socket)).listen(port, '::');
    const udp = createSocket({ type: 'udp6' });
    udp.on('message', (message, peer) => this.answer(udp, message, peer.address, peer.port));
    udp.on('error', () => undefined);
    udp.bind(port, '::');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
  }

  received(): Received {
    return { connections: { ...this.connections }, datagrams: { ...this.datagrams } };
  }

  /** Sends one byte on every living connection from this address. */
  push(from: string): number {
    const found = [...this.open].filter(([, peer]) => peer === from);
    for (const [socket] of found) socket.write(PUSHED);
    return found.length;
  }

  private accept(socket: Socket): void {
    const peer = plain(socket.remoteAddress);
    this.connections[peer] = (this.connections[peer] ?? 0) + 1;
    this.open.set(socket, peer);
    socket.on('error', () => undefined);
    socket.on('close', () => this.open.delete(socket));
    socket.once('data', (first: Buffer) => {
      if (/^(GET|HEAD|POST) /.test(first.toString('latin1', 0, 5))) return this.http(socket, peer);
      socket.write(first);
      socket.pipe(socket);
    });
  }

  private http(socket: Socket, peer: string): void {
    const body = `${JSON.stringify({ workload: this.name, you: peer })}\n`;
    socket.end(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  }

  private answer(udp: Datagram, message: Buffer, address: string, port: number): void {
    const peer = plain(address);
    this.datagrams[peer] = (this.datagrams[peer] ?? 0) + 1;
    const push = PUSH.exec(message.toString());
    if (push) this.stream(udp, Number(push[1]), address, port);
    else udp.send(message, port, address, () => undefined);
  }

  /** Numbered datagrams to one peer, until it asks for none, or for as long as any load lasts. */
  private stream(udp: Datagram, rate: number, address: string, port: number): void {
    const peer = `${address} ${port}`;
    clearInterval(this.streams.get(peer));
    this.streams.delete(peer);
    if (rate === 0) return;
    let last = 0;
    const left = STREAM_MS / 1_000;
    const timer = setInterval(() => {
      udp.send(String(++last), port, address, () => undefined);
      if (last >= rate * left) clearInterval(timer);
    }, 1_000 / rate);
    this.streams.set(peer, timer);
  }
}
