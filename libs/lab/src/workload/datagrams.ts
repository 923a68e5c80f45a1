import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadRequest, LoadStats } from './protocol.js';

const SOCKETS = 10;
/** Each so-manieth datagram leaves from a new port. */
const FRESH = 10;
const TICK_MS = 10;
const ANSWER_MS = 5_000;

/** Numbered datagrams to an echo server: nothing sends one again, so each that is not answered is a packet that was lost. */
export class Datagrams {
  private sent = 0;
  private readonly missing = new Set<string>();
  private readonly errors = new Set<string>();
  private readonly sockets = new Set<Socket>();
  private readonly kept: readonly Socket[];
  private readonly timer: NodeJS.Timeout;
  private credit = 0;
  private lastTick = performance.now();
  private lastAnswer = performance.now();
  private maxGapMs = 0;

  constructor(private readonly request: LoadRequest) {
    this.kept = Array.from({ length: SOCKETS }, () => this.open());
    this.timer = setInterval(() => this.tick(), TICK_MS);
    setTimeout(() => clearInterval(this.timer), request.limitMs).unref();
  }

  stats(): LoadStats {
    const { sent, missing, maxGapMs, errors } = this;
    const answered = sent - missing.size;
    return { sent, answered, lost: missing.size, bytes: 0, maxGapMs, errors: [...errors] };
  }

  /** No more is sent; answers under way are waited for, at most 5 s. */
  async stop(): Promise<LoadStats> {
    clearInterval(this.timer);
    const deadline = performance.now() + ANSWER_MS;
    while (this.missing.size > 0 && performance.now() < deadline) await pause(TICK_MS);
    const stats = this.stats();
    for (const socket of this.sockets) socket.close();
    return stats;
  }

  private open(): Socket {
    const socket = createSocket(isIPv6(this.request.host) ? 'udp6' : 'udp4');
    this.sockets.add(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => this.errors.add(error.code ?? error.message));
    socket.on('message', (message) => {
      const now = performance.now();
      this.maxGapMs = Math.max(this.maxGapMs, now - this.lastAnswer);
      this.lastAnswer = now;
      this.missing.delete(message.toString());
    });
    return socket;
  }

  private tick(): void {
    const now = performance.now();
    // A late tick makes up for at most a tenth of a second, so that a stall makes no burst.
    this.credit += (Math.min(now - this.lastTick, 100) / 1_000) * this.request.rate;
    this.lastTick = now;
    for (; this.credit >= 1; this.credit--) this.send();
  }

  private send(): void {
    const name = String(++this.sent);
    const isFresh = this.sent % FRESH === 0;
    const socket = isFresh ? this.open() : this.kept[this.sent % this.kept.length]!;
    this.missing.add(name);
    if (isFresh) socket.once('message', () => setImmediate(() => this.close(socket)));
    socket.send(name, this.request.port, this.request.host, (error) => {
      if (error) this.errors.add((error as NodeJS.ErrnoException).code ?? error.message);
    });
  }

  private close(socket: Socket): void {
    if (this.sockets.delete(socket)) socket.close();
  }
}
