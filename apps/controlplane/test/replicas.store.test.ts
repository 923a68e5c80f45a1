import type { AgentMessageInput, ApiError, Clients, ControlMessage, Flow, FlowBatch } from '@sluice/api';
import { keys } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

let harness: Harness;
let one: Replica;
let two: Replica;
let atOne: Clients;
let atTwo: Clients;

beforeAll(async () => {
  harness = await Harness.start();
  one = await harness.replica();
  two = await harness.replica();
  const operator = await harness.user('operator', 'olga');
  atOne = harness.connect(one, operator);
  atTwo = harness.connect(two, operator);
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

/** An agent that answers what the test tells it to. */
async function fakeAgent(
  replica: Replica,
  node: string,
  answer: (asked: ControlMessage) => AgentMessageInput[],
) {
  const clients = harness.connect(replica, await harness.user('node', node));
  const stream = clients.agentStream.connect();
  const asked: ControlMessage[] = [];
  stream.on('error', () => undefined);
  stream.on('data', (message: ControlMessage) => {
    asked.push(message);
    for (const reply of answer(message)) stream.write({ ...reply, request: message.request });
  });
  stream.write({ hello: { node, version: '1' } });
  const viewer = await harness.user('viewer');
  const connected = async () =>
    (await harness.get(replica, '/metrics', viewer)).text.includes('sluice_controlplane_agents_connected 1');
  await until(connected, `${node} is connected`);
  return { asked, stream, close: () => stream.cancel() };
}
const flow = (node: string, n: number) => ({
  node,
  time: `2026-11-23T10:00:0${n}.000000000Z`,
  verdict: 'DROPPED' as const,
});

describe('two replicas', () => {
  it('that race on the same policies never mix two changes', async () => {
    const text = (port: number) => ['r1', 'r2', 'r3'].map((name) => policyYaml(name, port)).join('---\n');
    for (let round = 0; round < 15; round++) {
      const race = await Promise.allSettled([
        atOne.policies.apply({ text: text(1000 + round) }),
        atTwo.policies.apply({ text: text(2000 + round) }),
      ]);
      for (const outcome of race)
        if (outcome.status === 'rejected') expect((outcome.reason as ApiError).code).toBe('ABORTED');
      expect(race.some(({ status }) => status === 'fulfilled')).toBe(true);
      const { policies } = await atOne.policies.list({ kind: 'Policy', scope: 'shop' });
      expect(policies).toHaveLength(3);
      expect(new Set(policies.map(({ change }) => change)).size).toBe(1);
      expect(new Set(policies.map(({ revision }) => revision)).size).toBe(1);
    }
  }, 60_000);
  it('with an expectation, one wins', async () => {
    await atOne.policies.apply({ text: policyYaml('duel') });
    for (let round = 0; round < 10; round++) {
      const policy = { kind: 'Policy', scope: 'shop', name: 'duel' };
      const { revision } = await atTwo.policies.get(policy);
      const ifMatch = [{ policy, revision }];
      const race = await Promise.allSettled([
        atOne.policies.apply({ text: policyYaml('duel', 100 + round), ifMatch }),
        atTwo.policies.apply({ text: policyYaml('duel', 200 + round), ifMatch }),
      ]);
      expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  }, 60_000);
  it('see at once what the other has written', async () => {
    await atOne.policies.apply({ text: policyYaml('fresh') });
    await expect(atTwo.policies.get({ kind: 'Policy', scope: 'shop', name: 'fresh' })).resolves.toMatchObject(
      { author: 'olga' },
    );
  });
});

describe('flows and dumps', () => {
  it('come from agents at either replica, and an agent is told when nobody looks any more', async () => {
    const answer = (node: string) => (asked: ControlMessage) =>
      asked.observe ? [{ flows: { flows: [flow(node, 1)] } }] : [];
    const first = await fakeAgent(one, 'node-1', answer('node-1'));
    const second = await fakeAgent(two, 'node-2', answer('node-2'));
    await until(
      async () => (await harness.store.list(keys.replicas())).entries.length === 2,
      'the replicas know each other',
    );
    const got: Flow[] = [];
    const stream = atOne.flows.observe({ follow: true, last: 5 });
    stream.on('error', () => undefined);
    stream.on('data', ({ flows }: FlowBatch) => got.push(...flows));
    await until(() => got.length === 2, 'flows of both nodes');
    expect(got.map(({ node }) => node).sort()).toEqual(['node-1', 'node-2']);
    stream.cancel();
    const cancelled = () => [first, second].every(({ asked }) => asked.some(({ body }) => body === 'cancel'));
    await until(cancelled, 'both agents are told');
    first.close();
    second.close();
  }, 30_000);

  it('look back in order of time over REST as JSON lines', async () => {
    const agent = await fakeAgent(one, 'node-1', ({ observe }) =>
      observe ? [{ flows: { flows: [flow('node-1', 2), flow('node-1', 1)] } }, { done: {} }] : [],
    );
    const { text, headers } = await harness.get(one, '/v1/flows?last=2', await harness.user('viewer'));
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Flow);
    expect(lines.map(({ time }) => time)).toEqual([flow('', 1).time, flow('', 2).time]);
    agent.close();
  });

  it('a dump finds its node at another replica, or says that it has none', async () => {
    const agent = await fakeAgent(two, 'node-2', ({ dump }) =>
      dump ? [{ dump: { rowsJson: ['{"a":1}'], truncated: false } }] : [],
    );
    await expect(atOne.inspection.dumpMap({ node: 'node-2', map: 'ct' })).resolves.toMatchObject({
      rowsJson: ['{"a":1}'],
    });
    await expect(atOne.inspection.dumpMap({ node: 'node-9', map: 'ct' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    agent.close();
  });
});

describe('stopping', () => {
  it('ends open streams and is over within 5 s', async () => {
    const third = await harness.replica();
    const agent = await fakeAgent(third, 'node-1', () => []);
    const ended = new Promise<void>((resolve) => agent.stream.on('status', () => resolve()));
    const viewer = harness.connect(third, await harness.user('viewer'));
    const stream = viewer.flows.observe({ follow: true });
    stream.on('error', () => undefined);
    stream.resume();
    await until(() => agent.asked.length === 1, 'the agent is asked');
    const over = new Promise<void>((resolve) => stream.on('status', () => resolve()));
    const started = performance.now();
    await third.plane.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    await Promise.all([ended, over]);
  }, 30_000);
});
