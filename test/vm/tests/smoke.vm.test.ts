import { execFileSync } from 'node:child_process';
import type { Workload } from '@sluice/lab';
import { Cluster, PORTS, type Routing } from './cluster.js';

/** Longer than an emulated processor takes for an echo; what is refused takes this time. */
const REFUSED_MS = 1_500;
const ANSWERED_MS = 20_000;

const select = (app: string) => ({ matchLabels: { 'user:app': app } });
const toPorts = ['TCP', 'UDP'].map((protocol) => ({ ports: [{ port: String(PORTS.allowed), protocol }] }));
const MAY_CALL = { endpointSelector: select('web'), egress: [{ toEndpoints: [select('db')], toPorts }] };
const MAY_BE_CALLED = {
  endpointSelector: select('db'),
  ingress: [{ fromEndpoints: [select('web')], toPorts }],
};

/** Every way from the caller: to its own node and to the other one, both families, both transports. */
const WAYS = (['db', 'far'] as const).flatMap((to) =>
  ([4, 6] as const).flatMap((family) =>
    (['tcp', 'udp'] as const).map((transport) => ({ to, family, transport })),
  ),
);
const named = WAYS.map((way) => `${way.to} ${way.family} ${way.transport}`);

describe.each(['tunnel', 'native'] as Routing[])('the data path, routing %s', (routing) => {
  let cluster: Cluster;
  let web: Workload;

  beforeAll(async () => {
    cluster = await Cluster.start(routing);
    const [near, away] = cluster.nodes;
    web = await cluster.add('web', 'web', near);
    await cluster.add('db', 'db', near);
    await cluster.add('far', 'db', away);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  /** Ways on which an echo came back. */
  async function open(port: number, timeoutMs: number): Promise<string[]> {
    const all = WAYS.map(({ to, family, transport }) => {
      const host = cluster.workloads.get(to)!.address(family);
      return { host, port, transport, timeoutMs };
    });
    const answers = await web.ask('probes', { all });
    return named.filter((_, i) => answers[i]!.ok);
  }

  it('runs as clsact filters on every interface of it', () => {
    const [near] = cluster.nodes;
    const devices = ['under0', ...(routing === 'tunnel' ? ['sluice_vxlan'] : [])];
    for (const device of devices)
      for (const direction of ['ingress', 'egress'] as const)
        expect(cluster.filters(near, device, direction)).toHaveLength(1);
  });

  it('asks the kernel’s connection tracking, also where the agent was the first to want it', () => {
    const [near] = cluster.nodes;
    const [id] = cluster.filters(near, 'under0', 'ingress');
    const text = execFileSync('bpftool', ['prog', 'dump', 'xlated', 'id', String(id)], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(text).toContain('call bpf_skb_ct_lookup');
  });

  it('is shut before there is a policy', async () => {
    expect(await open(PORTS.allowed, REFUSED_MS)).toEqual([]);
  });

  it('lets through what the policies of both sides name, and no more', async () => {
    await cluster.policy('may-call', MAY_CALL);
    expect(await open(PORTS.allowed, REFUSED_MS)).toEqual([]);
    await cluster.policy('may-be-called', MAY_BE_CALLED);
    expect(await open(PORTS.allowed, ANSWERED_MS)).toEqual(named);
    expect(await open(PORTS.other, REFUSED_MS)).toEqual([]);
  });

  it('loses no packet when an agent is killed and the next one replaces every program', async () => {
    const [near] = cluster.nodes;
    const streams = [cluster.stream('web', 'db', 4), cluster.stream('web', 'far', 6)];
    await Promise.all(streams.map((stream) => stream.answered()));
    const programs = cluster.filters(near, 'under0', 'ingress');
    const counted = await cluster.counted(near);
    await near.stopAgent('SIGKILL');
    await cluster.startAgent(near);
    expect(cluster.filters(near, 'under0', 'ingress')).toHaveLength(1);
    expect(cluster.filters(near, 'under0', 'ingress')).not.toEqual(programs);
    const sums = await Promise.all(streams.map((stream) => stream.end()));
    const dropped = Object.entries(await cluster.counted(near)).filter(
      ([reason, packets]) => reason !== '0' && packets !== (counted[Number(reason)] ?? 0),
    );
    expect({ sums, dropped }).toEqual({
      sums: sums.map(({ sent }) => ({ sent, answered: sent })),
      dropped: [],
    });
    for (const { sent } of sums) expect(sent).toBeGreaterThan(20);
  });

  it('is shut again when the policy is withdrawn', async () => {
    await cluster.policy('may-be-called', null);
    expect(await open(PORTS.allowed, REFUSED_MS)).toEqual([]);
  });
});
