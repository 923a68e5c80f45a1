import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadRequest, LoadStats } from './protocol.js';

/** Connections that live as long as the load. */
const KEPT = { requests: 10, connections: 0, bulk: 1 } as const;
const TICK_MS = 10;
const ANSWER_MS = 5_000;
/** Each so-manieth request goes over a connection of its own. */
const FRESH = 10;
const CHUNK = 16_384;

/** Bounded traffic whose every answer is counted. */
export class Load {
  private sent = 0;
  private answered = 0;
  private bytes = 0;
  private lastAnswer = performance.now();
  private maxGapMs = 0;
  private readonly errors = new Set<string>();
  private readonly sockets = new Set<Socket>();
  private readonly timer: NodeJS.Timeout;
  private running = true;
  private credit = 0;
  private lastTick = performance.now();

  constructor(private readonly request: LoadRequest & { readonly mode: keyof typeof KEPT }) {
    const kept = Array.from({ length: KEPT[request.mode] }, () => this.open());
    this.timer = setInterval(() => this.tick(kept), TICK_MS);
    setTimeout(() => this.halt(), request.limitMs).unref();
  }

  stats(): LoadStats {
    const { sent, answered, bytes, maxGapMs } = this;
    return { sent, answered, bytes, maxGapMs, lost: sent - answered, errors: [...this.errors] };
  }

  /** No more is sent; answers under way are waited for, at most 5 s. */
  async stop(): Promise<LoadStats> {
    this.halt();
    const deadline = performance.now() + ANSWER_MS;
    while (this.answered < this.sent && performance.now() < deadline) await pause(TICK_MS);
    const stats = this.stats();
    for (const socket of this.sockets) socket.destroy();
    return stats;
  }

  private halt(): void {
    this.running = false;
    clearInterval(this.timer);
  }

  private open(): Socket {
    const { host, port } = this.request;
    const socket = connect({ host, port, noDelay: true });
    this.sockets.add(socket);
    let pending = 0;
    socket.on('data', (data: Buffer) => {
      this.bytes += data.length;
      const unit = this.request.mode === 'bulk' ? CHUNK : 1;
      pending += data.length;
      this.arrived(Math.floor(pending / unit));
      pending %= unit;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.errors.add(error.code ?? error.message));
    socket.on('close', () => {
      // Who ended it here has taken it out before.
      if (this.sockets.delete(socket) && this.running && !socket.writableEnded) this.errors.add('closed');
    });
    return socket;
  }

  private arrived(count: number): void {
    if (count === 0) return;
    const now = performance.now();
    this.answered += count;
    if (this.running) this.maxGapMs = Math.max(this.maxGapMs, now - this.lastAnswer);
    this.lastAnswer = now;
  }

  private tick(kept: readonly Socket[]): void {
    const now = performance.now();
    const units = this.request.mode === 'bulk' ? (this.request.rate * 1_048_576) / CHUNK : this.request.rate;
    // A late tick makes up for at most a tenth of a second, so that a stall makes no burst.
    this.credit += (Math.min(now - this.lastTick, 100) / 1_000) * units;
    this.lastTick = now;
    for (; this.credit >= 1; this.credit--) this.send(kept);
  }

  private send(kept: readonly Socket[]): void {
    const bulk = this.request.mode === 'bulk';
    const socket = kept[this.sent % kept.length];
    if (this.request.mode === 'connections') {
      this.sent++;
      this.fresh();
      return;
    }
    // Bulk waits for its reader; requests do not: an unanswered one is a lost one.
    if (socket === undefined || (bulk && socket.writableNeedDrain)) return;
    this.sent++;
    if (bulk) socket.write(Buffer.alloc(CHUNK, 7));
    else if (this.sent % FRESH === 0) this.fresh();
    else socket.write('r');
  }

  private fresh(): void {
    const socket = this.open();
    socket.write('r');
    socket.once('data', () => (this.request.mode === 'connections' ? this.reset(socket) : socket.end()));
  }

  /** So many would use up all ports if each of them waited for its end. */
  private reset(socket: Socket): void {
    this.sockets.delete(socket);
    socket.resetAndDestroy();
  }
}
