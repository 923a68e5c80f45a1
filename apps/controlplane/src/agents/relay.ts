import { Injectable } from '@nestjs/common';
import type { Flow, ObserveRequest } from '@sluice/api';
import { Ring, type RingReader } from '@sluice/flows';
import { Metrics } from '../metrics/metrics.js';
import type { AgentSession } from './session.js';
import { AgentSessions } from './sessions.js';

/** Flows that one observer may be behind before it loses the oldest. */
const RING_FLOWS = 8_192;
const BATCH_FLOWS = 256;
/** How long a look back waits for nodes that do not answer. */
const LOOK_BACK_MS = 5_000;
const DEFAULT_LAST = 20;
const MAX_LAST = 2_000;

/** Where an observer's flows go. `write` resolves once there is room for more. */
export interface FlowSink {
  write(flows: readonly Flow[]): Promise<void>;
}

/** Something else than the local agents that has flows: another replica. */
export interface FlowSource {
  /** Gives flows until done or taken back; `done` is called once unless it was taken back. */
  observe(request: ObserveRequest, flows: (flows: readonly Flow[]) => void, done: () => void): () => void;
}

/** Brings the flows of many agents to an observer, who may be slow: a bounded ring, and what it lost is told. */
@Injectable()
export class FlowRelay {
  private readonly observers = new Set<AbortController>();

  constructor(
    private readonly sessions: AgentSessions,
    private readonly metrics: Metrics,
  ) {
    metrics.gauge(
      'sluice_controlplane_observers',
      'Streams of flows that are open.',
      () => this.observers.size,
    );
  }

  /** Writes flows to the sink until all was said (no follow) or the signal aborts. Ends without error when the replica stops. */
  async observe(
    request: ObserveRequest,
    sink: FlowSink,
    signal: AbortSignal,
    others: readonly FlowSource[] = [],
  ): Promise<void> {
    const controller = new AbortController();
    this.observers.add(controller);
    const either = AbortSignal.any([signal, controller.signal]);
    try {
      if (request.follow) await this.follow(request, sink, either, others);
      else await this.lookBack(request, sink, either, others);
    } finally {
      this.observers.delete(controller);
    }
  }

  closeAll(): void {
    for (const observer of this.observers) observer.abort();
  }

  private async follow(
    request: ObserveRequest,
    sink: FlowSink,
    signal: AbortSignal,
    others: readonly FlowSource[],
  ): Promise<void> {
    const ring = new Ring<Flow>(RING_FLOWS);
    const reader = ring.reader(0);
    const wanted = limited(request);
    const push = (flows: readonly Flow[]) => ring.push(flows);
    const cancels = this.asked(wanted).map((session) =>
      observeSession(session, wanted, push, () => undefined),
    );
    cancels.push(...others.map((other) => other.observe(wanted, push, () => undefined)));
    // A node that dials in later has flows from now on.
    const stop = this.sessions.onConnect((session) => {
      if (concerns(wanted, session))
        cancels.push(observeSession(session, { ...wanted, last: 0 }, push, () => undefined));
    });
    try {
      while (!signal.aborted) {
        if (reader.pending) await this.send(reader, sink);
        else await pushed(ring, signal);
      }
    } finally {
      stop();
      for (const cancel of cancels) cancel();
    }
  }

  /** Waits for all nodes (those that do not answer: not for long), then gives everything in the order of time. */
  private async lookBack(
    request: ObserveRequest,
    sink: FlowSink,
    signal: AbortSignal,
    others: readonly FlowSource[],
  ): Promise<void> {
    const wanted = limited(request);
    const flows: Flow[] = [];
    const take = (some: readonly Flow[]) => void flows.push(...some);
    const local: FlowSource[] = this.asked(wanted).map((session) => ({
      observe: (what, push, done) => observeSession(session, what, push, done),
    }));
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(LOOK_BACK_MS)]);
    await Promise.all([...local, ...others].map((source) => finished(source, wanted, take, timeout)));
    flows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    for (let n = 0; n < flows.length && !signal.aborted; n += BATCH_FLOWS)
      await this.write(flows.slice(n, n + BATCH_FLOWS), sink);
  }

  private async send(reader: RingReader<Flow>, sink: FlowSink): Promise<void> {
    const { items, lost } = reader.take(BATCH_FLOWS);
    const [first, ...rest] = items;
    if (first === undefined) return;
    if (lost > 0) this.metrics.lost.add(lost);
    await this.write([lost === 0 ? first : { ...first, lost: first.lost + lost }, ...rest], sink);
  }

  private async write(flows: readonly Flow[], sink: FlowSink): Promise<void> {
    this.metrics.relayed.add(flows.length);
    await sink.write(flows);
  }

  private asked(request: ObserveRequest): AgentSession[] {
    return this.sessions.all().filter((session) => concerns(request, session));
  }
}

function limited(request: ObserveRequest): ObserveRequest {
  const last = request.last === 0 && !request.follow ? DEFAULT_LAST : request.last;
  return { ...request, last: Math.min(last, MAX_LAST) };
}

const concerns = (request: ObserveRequest, session: AgentSession): boolean => {
  const nodes = request.filter?.node ?? [];
  return nodes.length === 0 || nodes.includes(session.node);
};

function observeSession(
  session: AgentSession,
  request: ObserveRequest,
  push: (flows: readonly Flow[]) => void,
  done: () => void,
): () => void {
  return session.ask({ observe: request }, { message: (message) => push(message.flows?.flows ?? []), done });
}

function finished(
  source: FlowSource,
  request: ObserveRequest,
  push: (flows: readonly Flow[]) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let cancel: (() => void) | null = null;
    const giveUp = () => {
      cancel?.();
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    cancel = source.observe(request, push, () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    if (signal.aborted) giveUp();
  });
}

/** Resolves at the next push, or when aborted. */
function pushed(ring: Ring<Flow>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      stop();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const stop = ring.onPush(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
}
