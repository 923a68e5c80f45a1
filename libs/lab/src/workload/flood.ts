import { createSocket, type Socket as Datagram } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import type { FloodRequest, FloodStats, Target } from './protocol.js';

const EVERY_MS = 1;
/** Connection attempts under way; the oldest goes for each new one, so that a SYN leaves at every tick. */
const MOST_SOCKETS = 32;

/** Sends to all targets each millisecond, from before there is an interface. */
export class Flood {
  private attempts = 0;
  private sent = 0;
  private answered = 0;
  private readonly udp: Record<4 | 6, Datagram>;
  private readonly sockets: Socket[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly request: FloodRequest) {
    this.udp = { 4: this.datagram('udp4'), 6: this.datagram('udp6') };
    this.timer = setInterval(() => request.targets.forEach((target) => this.send(target)), EVERY_MS);
    setTimeout(() => clearInterval(this.timer), request.limitMs).unref();
  }

  end(): FloodStats {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
    this.udp[4].close();
    this.udp[6].close();
    return { attempts: this.attempts, sent: this.sent, answered: this.answered };
  }

  private datagram(type: 'udp4' | 'udp6'): Datagram {
    const socket = createSocket(type);
    socket.on('error', () => undefined);
    socket.on('message', () => this.answered++);
    return socket;
  }

  private send({ host, port }: Target): void {
    this.attempts++;
    this.udp[isIPv6(host) ? 6 : 4].send('first', port, host, (error) => {
      if (error === null) this.sent++;
    });
    const socket = connect({ host, port });
    socket.on('error', () => undefined);
    socket.on('connect', () => this.answered++);
    this.sockets.push(socket);
    if (this.sockets.length > MOST_SOCKETS) this.sockets.shift()?.destroy();
  }
}
