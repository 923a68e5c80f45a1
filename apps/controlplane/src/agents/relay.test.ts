import type { AgentMessage, ControlMessageInput, Flow, ObserveRequest } from '@sluice/api';
import { Metrics } from '../metrics/metrics.js';
import { FlowRelay, type FlowSink } from './relay.js';
import { AgentSession } from './session.js';
import { AgentSessions } from './sessions.js';

const flow = (n: number, node = 'node-1') =>
  ({ time: `2026-11-23T10:00:00.${String(n).padStart(9, '0')}Z`, node, lost: 0 }) as Flow;
const flows = (from: number, to: number, node?: string) =>
  Array.from({ length: to - from }, (_, n) => flow(from + n, node));
const request = (over: Partial<ObserveRequest> = {}): ObserveRequest => ({
  filter: null,
  follow: true,
  last: 0,
  ...over,
});
const answer = (id: number, body: Partial<AgentMessage>) => ({ request: id, ...body });

class FakeAgent {
  readonly asked: ControlMessageInput[] = [];
  ended = false;
  readonly session: AgentSession;
  constructor(node: string) {
    const send = (message: ControlMessageInput) => void this.asked.push(message);
    this.session = new AgentSession(node, '1', { send, end: () => (this.ended = true) });
  }
  gives(some: Flow[]) {
    this.session.receive(answer(1, { body: 'flows', flows: { flows: some } }));
  }
  done() {
    this.session.receive(answer(1, { body: 'done', done: {} }));
  }
}

/** Takes flows; each write waits until it is let go. */
class SlowSink implements FlowSink {
  readonly got: Flow[] = [];
  private release: (() => void) | null = null;
  private blocked = false;
  private waiting: (() => void)[] = [];
  block() {
    this.blocked = true;
  }
  open() {
    this.blocked = false;
    this.release?.();
  }
  async write(some: readonly Flow[]) {
    this.got.push(...some);
    this.waiting.splice(0).forEach((wake) => wake());
    if (this.blocked) await new Promise<void>((resolve) => (this.release = resolve));
  }
  async has(count: number) {
    while (this.got.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

function setUp(...nodes: string[]) {
  const metrics = new Metrics();
  const sessions = new AgentSessions(metrics);
  const agents = nodes.map((node) => new FakeAgent(node));
  for (const { session } of agents) sessions.add(session);
  return {
    sessions,
    metrics,
    agents,
    relay: new FlowRelay(sessions, metrics),
    sink: new SlowSink(),
    stop: new AbortController(),
  };
}

describe('following', () => {
  it('brings the flows of all agents, also of those that come later, and takes its questions back', async () => {
    const { sessions, agents, relay, sink, stop } = setUp('node-1');
    const over = relay.observe(request(), sink, stop.signal, null);
    const late = new FakeAgent('node-2');
    sessions.add(late.session);
    agents[0]?.gives([flow(1)]);
    late.gives([flow(2, 'node-2')]);
    await sink.has(2);
    stop.abort();
    await over;
    expect(sink.got.map(({ node }) => node)).toEqual(['node-1', 'node-2']);
    expect(agents[0]?.asked.map(({ request, cancel }) => [request, cancel])).toEqual([
      [1, undefined],
      [1, {}],
    ]);
    expect(late.asked).toHaveLength(2);
  });
  it('asks only the nodes of the filter', async () => {
    const { agents, relay, sink, stop } = setUp('node-1', 'node-2');
    const over = relay.observe(
      request({ filter: { node: ['node-2'] } as ObserveRequest['filter'] }),
      sink,
      stop.signal,
      null,
    );
    stop.abort();
    await over;
    expect(agents.map(({ asked }) => asked.length)).toEqual([0, 2]);
  });
  it('loses the oldest flows of a slow observer, bounded, and tells how many', async () => {
    const { agents, relay, sink, stop, metrics } = setUp('node-1');
    const over = relay.observe(request(), sink, stop.signal, null);
    sink.block();
    agents[0]?.gives(flows(0, 1));
    await sink.has(1);
    agents[0]?.gives(flows(1, 20_001));
    sink.open();
    await sink.has(1 + 8_192);
    stop.abort();
    await over;
    expect(sink.got).toHaveLength(1 + 8_192);
    expect(sink.got[1]?.lost).toBe(20_000 - 8_192);
    expect(await metrics.render()).toContain(`sluice_controlplane_flows_lost_total ${20_000 - 8_192}`);
  });
  it('follows each other replica once, and lets go of one that is gone', async () => {
    const { relay, sink, stop } = setUp();
    const names = new Set(['cp-2']);
    let changed = () => undefined as void;
    const log: string[] = [];
    const others = {
      names: () => [...names],
      onChange: (callback: () => void) => ((changed = callback), () => undefined),
      observe: (name: string, { last }: ObserveRequest) => (
        log.push(`+${name} ${last}`),
        () => void log.push(`-${name}`)
      ),
    };
    const over = relay.observe(request({ last: 5 }), sink, stop.signal, others);
    changed();
    names.add('cp-3');
    names.delete('cp-2');
    changed();
    stop.abort();
    await over;
    expect(log).toEqual(['+cp-2 5', '+cp-3 0', '-cp-2', '-cp-3']);
  });
});

describe('looking back', () => {
  it('gives the flows of all nodes and replicas in the order of time', async () => {
    const { agents, relay, sink, stop } = setUp('node-1', 'node-2');
    const others = {
      names: () => ['cp-2'],
      onChange: () => () => undefined,
      observe: (_name: string, _request: ObserveRequest, push: (some: Flow[]) => void, done: () => void) => {
        push([flow(3, 'node-3')]);
        done();
        return () => undefined;
      },
    };
    const over = relay.observe(request({ follow: false }), sink, stop.signal, others);
    agents[1]?.gives([flow(2, 'node-2'), flow(5, 'node-2')]);
    agents[0]?.gives([flow(1), flow(4)]);
    for (const agent of agents) agent.done();
    await over;
    expect(sink.got.map(({ node }) => node)).toEqual(['node-1', 'node-2', 'node-3', 'node-1', 'node-2']);
    expect(agents[0]?.asked[0]?.observe?.last).toBe(20);
  });
  it('does not wait for a node whose stream breaks', async () => {
    const { sessions, agents, relay, sink, stop } = setUp('node-1');
    const over = relay.observe(request({ follow: false }), sink, stop.signal, null);
    if (agents[0]) sessions.remove(agents[0].session);
    await over;
    expect(agents[0]?.ended).toBe(true);
  });
});

describe('questions', () => {
  it('of a dump fail with what the node says', async () => {
    const { sessions, agents } = setUp('node-1');
    const dump = sessions.askOnce('node-1', { dump: { map: 'ct' } }, (message) => message.dump ?? null, 1000);
    agents[0]?.session.receive(
      answer(1, { body: 'failure', failure: { code: 'NOT_FOUND', message: 'no map ct' } }),
    );
    await expect(dump).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'node node-1: no map ct' });
  });
  it('end with the deadline, and are taken back', async () => {
    const { sessions, agents } = setUp('node-1');
    await expect(sessions.askOnce('node-1', { dump: {} }, () => null, 10)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(agents[0]?.asked).toHaveLength(2);
  });
  it('go to the newest stream of a node; the older one is ended', () => {
    const { sessions, agents } = setUp('node-1');
    const newer = new FakeAgent('node-1');
    sessions.add(newer.session);
    expect(agents[0]?.ended).toBe(true);
    if (agents[0]) sessions.remove(agents[0].session);
    expect(sessions.has('node-1')).toBe(true);
  });
});
