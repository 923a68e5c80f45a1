import { HOST_MARK, NODE, PEER, SHOT, WORKLOAD } from './bench.js';
import { comes, goes } from './cases/host.js';
import { nd } from './neighbours.js';
import { packet, PROTOCOL, TCP_ACK, type Family } from './packets.js';
import { FAMILIES, HOST, incoming, OTHER_NODE, outer, outgoing, PORT, rule, Stage, WORLD } from './stage.js';

const REMOTE_NODE = 6;
const WORLD_OF = { 4: 9, 6: 10 } as const;
const NODE_SEVEN = (1 << 25) | 7;
const ETCD = 2379;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());
beforeEach(() => stage.reset('to_host'));

const ingress = { direction: 'ingress', identity: 0 } as const;
const passes = (program: Parameters<Stage['see']>[0], arrival: Parameters<Stage['see']>[1]) =>
  stage.see(program, arrival).verdict !== SHOT;

describe.each(FAMILIES)('a host policy, IPv%i', (family) => {
  const arrives = (over = {}) => passes('to_host', { data: comes(family, over) });
  const leaves = (over = {}) => passes('from_host', goes(family, over));
  const answer = { sourcePort: PORT, port: 40_000, flags: TCP_ACK };

  it('lets in what it names, and the answers out, and nothing else in either direction', () => {
    stage.hostPolicy(rule(ingress));
    expect(arrives()).toBe(true);
    expect(leaves(answer)).toBe(true);
    expect(arrives({ port: PORT + 1 })).toBe(false);
    expect(leaves()).toBe(false);
  });

  it('lets out what it names, and the answers in', () => {
    stage.hostPolicy(rule({ identity: 0 }));
    expect(leaves()).toBe(true);
    expect(arrives(answer)).toBe(true);
    expect(arrives()).toBe(false);
  });

  it('ends established connections in both directions when the rule goes', () => {
    stage.hostPolicy(rule(ingress));
    expect(arrives()).toBe(true);
    expect(leaves(answer)).toBe(true);
    stage.hostPolicy();
    expect(arrives({ flags: TCP_ACK })).toBe(false);
    expect(leaves(answer)).toBe(false);
  });

  it('tells by which hook, whose policy and which rule', () => {
    stage.hostPolicy(rule({ ...ingress, cookie: 99 }));
    const { events } = stage.see('to_host', { data: comes(family) });
    expect(events).toMatchObject([
      { hook: 5, verdict: 1, cookie: 99, sourceIdentity: WORLD_OF[family], destinationIdentity: HOST },
    ]);
  });

  it('knows a node by itself: then what it says of all others does not count', () => {
    const data = comes(family, { source: OTHER_NODE[family] });
    const known = (identity: number) => stage.know(OTHER_NODE[family], family, { identity, flags: 2 });
    stage.hostPolicy(rule({ ...ingress, identity: REMOTE_NODE }));
    known(REMOTE_NODE);
    expect(passes('to_host', { data })).toBe(true);
    known(NODE_SEVEN);
    expect(passes('to_host', { data })).toBe(false);
    stage.hostPolicy(rule({ ...ingress, identity: NODE_SEVEN }));
    expect(passes('to_host', { data })).toBe(true);
    known(NODE_SEVEN + 1);
    expect(passes('to_host', { data })).toBe(false);
  });

  it('never closes the tunnel between nodes, nor the ports of the infrastructure', () => {
    stage.hostPolicy();
    const tunnel = { protocol: PROTOCOL.udp, port: 8473 };
    expect(arrives({ ...tunnel, source: OTHER_NODE[family] })).toBe(true);
    expect(leaves({ ...tunnel, destination: OTHER_NODE[family] })).toBe(true);
    const etcd = { port: ETCD, destination: OTHER_NODE[family] };
    expect(leaves(etcd)).toBe(false);
    const { infrastructure } = stage.bench.datapath;
    infrastructure.set({ address: OTHER_NODE[family], port: ETCD, protocol: PROTOCOL.tcp }, 1);
    expect(leaves(etcd)).toBe(true);
    expect(arrives({ source: OTHER_NODE[family], sourcePort: ETCD, port: 40_000, flags: TCP_ACK })).toBe(
      true,
    );
    expect(leaves({ ...etcd, protocol: PROTOCOL.udp })).toBe(false);
    // Its own port, for nodes and for the machines that such services run on, and for nobody else.
    infrastructure.set({ address: NODE[family], port: ETCD, protocol: PROTOCOL.tcp }, 1);
    expect(arrives({ port: ETCD, source: OTHER_NODE[family] })).toBe(true);
    expect(arrives({ port: ETCD })).toBe(false);
    infrastructure.set({ address: WORLD[family], port: 0, protocol: 0 }, 1);
    expect(arrives({ port: ETCD })).toBe(true);
    expect(arrives({ port: PORT })).toBe(false);
  });

  it('is not about what others send through this node, nor about workloads', () => {
    stage.hostPolicy();
    const { data } = goes(family);
    expect(passes('from_host', { data })).toBe(true);
    expect(passes('from_host', { data, mark: HOST_MARK, ingressIfindex: 9 })).toBe(true);
    expect(arrives({ destination: WORKLOAD[family] })).toBe(true);
    stage.bench.forget('endpoints');
    expect(arrives({ destination: PEER[family] })).toBe(true);
    expect(arrives({ destination: WORLD[family] })).toBe(false);
  });

  it('holds between the host and a workload of its own, beside the workload’s', () => {
    stage.reset('from_endpoint');
    const sends = () => passes('from_endpoint', { data: outgoing({ family, destination: NODE[family] }) });
    stage.policy(rule({ identity: HOST }));
    expect(sends()).toBe(true);
    stage.hostPolicy();
    expect(sends()).toBe(false);
    stage.hostPolicy(rule(ingress));
    expect(sends()).toBe(true);

    const data = incoming({ family, source: NODE[family], sourcePort: 41_000 });
    const receives = () => passes('to_endpoint', { data, mark: HOST_MARK });
    stage.policy(rule({ ...ingress, identity: HOST }));
    expect(receives()).toBe(false);
    stage.hostPolicy(rule({ identity: 0 }));
    expect(receives()).toBe(true);
  });

  it('holds between the host and remote workloads, through the tunnel', () => {
    const data = outgoing({ family, source: NODE[family] });
    stage.hostPolicy();
    expect(passes('to_overlay', { data, mark: HOST_MARK })).toBe(false);
    const back = incoming({
      family,
      destination: NODE[family],
      sourcePort: PORT,
      port: 40_000,
      flags: TCP_ACK,
    });
    expect(passes('from_overlay', { data: back, ...outer() })).toBe(false);
    stage.hostPolicy(rule({ identity: 0 }));
    expect(passes('to_overlay', { data, mark: HOST_MARK })).toBe(true);
    expect(passes('from_overlay', { data: back, ...outer() })).toBe(true);
  });

  it('lets the host, as a router, tell a workload about its packets', () => {
    stage.reset('from_endpoint');
    stage.know(WORLD[family], family, { identity: 301 });
    expect(passes('from_endpoint', { data: outgoing({ family, destination: WORLD[family] }) })).toBe(true);
    stage.hostPolicy();
    const quoted = outgoing({ family, destination: WORLD[family] }).subarray(14);
    const error = packet({
      sourceMac: '02:00:00:00:00:01',
      destinationMac: WORKLOAD.mac,
      family,
      source: NODE[family],
      destination: WORKLOAD[family],
      protocol: family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6,
      sourcePort: 0,
      port: family === 4 ? 0x0304 : 0x0200,
      payload: quoted,
    });
    expect(passes('to_endpoint', { data: error, mark: HOST_MARK })).toBe(true);
  });
});

it('leaves the link itself alone: neighbours and router advertisements, but not multicast in general', () => {
  stage.hostPolicy();
  expect(passes('to_host', { data: nd({ source: OTHER_NODE[6], destination: NODE[6] }) })).toBe(true);
  const multicast = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;
  const mdns = (family: Family) =>
    comes(family, { destination: multicast[family], protocol: PROTOCOL.udp, port: 5353 });
  for (const family of FAMILIES) expect(passes('to_host', { data: mdns(family) })).toBe(false);
});
