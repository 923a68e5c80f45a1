import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { LoadRequest, LoadStats } from './protocol.js';

/** Asks an echo server for so many datagrams a second, or for no more of them. */
export const PUSH = /^push (\d+)$/;

/** Numbered datagrams that a server sends after one question: replies alone, which nothing but the remembered connection lets pass. */
export class Pushed {
  private readonly socket: Socket;
  private readonly errors = new Set<string>();
  private answered = 0;
  private highest = 0;
  private lastAnswer = performance.now();
  private maxGapMs = 0;

  constructor(private readonly request: LoadRequest) {
    this.socket = createSocket(isIPv6(request.host) ? 'udp6' : 'udp4');
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.errors.add(error.code ?? error.message));
    this.socket.on('message', (message) => {
      const now = performance.now();
      this.maxGapMs = Math.max(this.maxGapMs, now - this.lastAnswer);
      this.lastAnswer = now;
      this.answered++;
      this.highest = Math.max(this.highest, Number(message.toString()));
    });
    this.ask(request.rate);
    setTimeout(() => this.ask(0), request.limitMs).unref();
  }

  stats(): LoadStats {
    const { highest: sent, answered, maxGapMs, errors } = this;
    return { sent, answered, lost: sent - answered, bytes: 0, maxGapMs, errors: [...errors] };
  }

  stop(): LoadStats {
    const stats = this.stats();
    this.ask(0, () => this.socket.close());
    return stats;
  }

  private ask(rate: number, then?: () => void): void {
    this.socket.send(`push ${rate}`, this.request.port, this.request.host, then);
  }
}
