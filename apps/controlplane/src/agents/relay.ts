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

type Push = (flows: readonly Flow[]) => void;

/** Gives flows until done or taken back (the returned function); `done` is called once unless it was taken back. */
type Source = (request: ObserveRequest, push: Push, done: () => void) => () => void;

/** The other replicas. */
export interface OtherReplicas {
  names(): string[];
  onChange(callback: () => void): () => void;
  observe(name: string, request: ObserveRequest, push: Push, done: () => void): () => void;
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

  /**
   * Writes flows to the sink until all was said (no follow) or the signal aborts. Ends without error when the replica stops.
   * `others` null: only the agents of this replica.
   */
  async observe(
    request: ObserveRequest,
    sink: FlowSink,
    signal: AbortSignal,
    others: OtherReplicas | null,
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
    others: OtherReplicas | null,
  ): Promise<void> {
    const ring = new Ring<Flow>(RING_FLOWS);
    const reader = ring.reader(0);
    const stop = this.subscribe(limited(request), (flows) => ring.push(flows), others);
    try {
      while (!signal.aborted) {
        if (reader.pending) await this.send(reader, sink);
        else await pushed(ring, signal);
      }
    } finally {
      stop();
    }
  }

  /** Follows all agents and replicas, also those that come later: they have flows from then on. */
  private subscribe(wanted: ObserveRequest, push: Push, others: OtherReplicas | null): () => void {
    const cancels = this.asked(wanted).map((session) =>
      observeSession(session)(wanted, push, () => undefined),
    );
    cancels.push(
      this.sessions.onConnect((session) => {
        if (concerns(wanted, session))
          cancels.push(observeSession(session)({ ...wanted, last: 0 }, push, () => undefined));
      }),
    );
    if (others !== null) cancels.push(followOthers(others, wanted, push));
    return () => cancels.forEach((cancel) => cancel());
  }

  /** Waits for all nodes (those that do not answer: not for long), then gives everything in the order of time. */
  private async lookBack(
    request: ObserveRequest,
    sink: FlowSink,
    signal: AbortSignal,
    others: OtherReplicas | null,
  ): Promise<void> {
    const wanted = limited(request);
    const flows: Flow[] = [];
    const take = (some: readonly Flow[]) => void flows.push(...some);
    const local = this.asked(wanted).map(observeSession);
    const remote = (others?.names() ?? []).map(
      (name): Source =>
        (...args) =>
          others?.observe(name, ...args) ?? (() => undefined),
    );
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(LOOK_BACK_MS)]);
    await Promise.all([...local, ...remote].map((source) => finished(source, wanted, take, timeout)));
    flows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    for (let n = 0; n < flows.length && !signal.aborted; n += BATCH_FLOWS)
      await this.write(flows.slice(n, n + BATCH_FLOWS), sink);
  }

  private async send(reader: RingReader<Flow>, sink: FlowSink): Promise<void> {
    const { items, lost } = reader.take(BATCH_FLOWS);
    const [first, ...rest] = items;
    if (first === undefined) return;
    if (lost > 0) this.metrics.lost.inc(lost);
    await this.write([lost === 0 ? first : { ...first, lost: first.lost + lost }, ...rest], sink);
  }

  private async write(flows: readonly Flow[], sink: FlowSink): Promise<void> {
    this.metrics.relayed.inc(flows.length);
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

const observeSession =
  (session: AgentSession): Source =>
  (request, push, done) =>
    session.ask({ observe: request }, { message: (message) => push(message.flows?.flows ?? []), done });

/** Each other replica once, from when it is known until it is gone. */
function followOthers(others: OtherReplicas, wanted: ObserveRequest, push: Push): () => void {
  const asked = new Map<string, () => void>();
  const look = (request: ObserveRequest) => {
    const names = others.names();
    for (const name of names) {
      if (!asked.has(name))
        asked.set(
          name,
          others.observe(name, request, push, () => undefined),
        );
    }
    for (const [name, cancel] of asked) {
      if (names.includes(name)) continue;
      cancel();
      asked.delete(name);
    }
  };
  look(wanted);
  const stop = others.onChange(() => look({ ...wanted, last: 0 }));
  return () => {
    stop();
    for (const cancel of asked.values()) cancel();
  };
}

function finished(source: Source, request: ObserveRequest, push: Push, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let cancel: (() => void) | null = null;
    const giveUp = () => {
      cancel?.();
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    cancel = source(request, push, () => {
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
