import { EndpointFlag, IpcacheFlag } from '@sluice/datapath';
import { HOST_MARK, NODE, PEER, REDIRECT, SHOT, TUNNEL_PORT } from './bench.js';
import { ARP, arp } from './neighbours.js';
import { PROTOCOL } from './packets.js';
import {
  FAMILIES,
  FRIEND,
  incoming,
  OTHER_NODE,
  outer,
  outgoing,
  rule,
  Stage,
  SUBJECT,
  WORLD,
} from './stage.js';

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

const MARK_TUNNELLED = 0x5c000000;
const MARK_IDENTITY = 0x5d000000;
const REMOTE_NODE = 6;
const HOST = 1;
const NEXT = -1;

describe.each(FAMILIES)('through the tunnel, IPv%i', (family) => {
  beforeEach(() => stage.reset('from_overlay'));

  it('the VNI says who sends: from_overlay’s policy and its event have that identity', () => {
    const { verdict, events } = stage.see('from_overlay', { data: incoming({ family }), ...outer() });
    expect(verdict).toBe(REDIRECT);
    expect(events).toMatchObject([
      { sourceIdentity: FRIEND, destinationIdentity: SUBJECT, verdict: 1, hook: 3 },
    ]);
  });

  it('is rewritten as a router does it', () => {
    const { data } = stage.see('from_overlay', { data: incoming({ family, hopLimit: 9 }), ...outer() });
    expect(data.subarray(0, 12).toString('hex')).toBe('020000000002' + '020000000001');
    expect(data.readUInt8(family === 4 ? 22 : 21)).toBe(8);
  });

  it('by the long way the identity travels in the mark, and to_endpoint asks the policy for it', () => {
    stage.local(EndpointFlag.ready);
    const data = incoming({ family });
    const first = stage.see('from_overlay', { data, ...outer() });
    expect([first.verdict, first.mark, first.events]).toEqual([REDIRECT, MARK_IDENTITY | FRIEND, []]);
    const beside = { mark: first.mark, ingressIfindex: 77 };
    const { verdict, mark, events } = stage.see('to_endpoint', { data: first.data, ...beside });
    expect([verdict, mark]).toEqual([0, 0]);
    expect(events).toMatchObject([{ sourceIdentity: FRIEND, verdict: 1 }]);
    const other = stage.see('to_endpoint', {
      data: incoming({ family, sourcePort: 5 }),
      ...beside,
      mark: first.mark + 1,
    });
    expect(other.verdict).toBe(SHOT);
  });

  it.each([
    ['as host', HOST],
    ['as remote-node', REMOTE_NODE],
  ])('another node that calls itself %s is remote-node', (_what, vni) => {
    stage.policy(rule({ direction: 'ingress', identity: REMOTE_NODE }));
    const data = incoming({ family, source: OTHER_NODE[family] });
    const { verdict, events } = stage.see('from_overlay', { data, ...outer(OTHER_NODE[family], vni) });
    expect(verdict).toBe(REDIRECT);
    expect(events).toMatchObject([{ sourceIdentity: REMOTE_NODE, verdict: 1 }]);
  });

  it('the outer header may be IPv6', () => {
    stage.peer({ flags: IpcacheFlag.tunnel | IpcacheFlag.tunnel6, tunnel: OTHER_NODE[6] });
    const data = incoming({ family });
    expect(stage.see('from_overlay', { data, ...outer(OTHER_NODE[6]) }).verdict).toBe(REDIRECT);
  });

  it('the answer to what this node sent is delivered to it', () => {
    const data = incoming({ family, destination: NODE[family] });
    const { verdict, mark } = stage.see('from_overlay', { data, ...outer(), mark: HOST_MARK });
    expect([verdict, mark]).toEqual([0, 0]);
  });

  it('what a workload was let send leaves with from_endpoint’s mark, and passes to_overlay by it', () => {
    const sent = stage.see('from_endpoint', { data: outgoing({ family }) });
    expect([sent.verdict, sent.mark]).toEqual([REDIRECT, MARK_TUNNELLED]);
    const { verdict, mark } = stage.see('to_overlay', {
      data: sent.data,
      mark: sent.mark,
      ingressIfindex: 1,
    });
    expect([verdict, mark]).toEqual([0, 0]);
  });

  it('what this node sends passes to_overlay by the host’s mark, and bears none afterwards', () => {
    const data = outgoing({ family, source: NODE[family] });
    const { verdict, mark, events } = stage.see('to_overlay', { data, mark: HOST_MARK });
    expect([verdict, mark, events]).toEqual([0, 0, []]);
  });
});

describe.each(FAMILIES)('the outer header that is ordered, IPv%i', (family) => {
  beforeEach(() => stage.reset('to_overlay'));
  const workloads = () => stage.bench.tunnelKey('from_endpoint', outgoing({ family }));
  const hosts = () =>
    stage.bench.tunnelKey('to_overlay', outgoing({ family, source: NODE[family] }), { mark: HOST_MARK });

  it('goes from this node to the tunnel address; the VNI is the workload’s identity, or host', () => {
    const ends = { source: NODE[4], destination: OTHER_NODE[4] };
    expect(workloads()).toEqual({ ...ends, vni: SUBJECT });
    expect(hosts()).toEqual({ ...ends, vni: HOST });
  });

  it('is IPv6 where the tunnel address is', () => {
    stage.peer({ flags: IpcacheFlag.tunnel | IpcacheFlag.tunnel6, tunnel: OTHER_NODE[6] });
    const ends = { source: NODE[6], destination: OTHER_NODE[6] };
    expect(workloads()).toEqual({ ...ends, vni: SUBJECT });
    expect(hosts()).toEqual({ ...ends, vni: HOST });
  });

  it('is none for a packet that is dropped', () => {
    stage.peer({ flags: IpcacheFlag.tunnel });
    expect([workloads(), hosts()]).toEqual([null, null]);
  });
});

describe.each(FAMILIES)('at the underlay, IPv%i', (family) => {
  beforeEach(() => stage.reset('to_host'));
  const see = (source: string) =>
    stage.see('to_host', { data: incoming({ family, source, destination: NODE[family] }) });

  it('what other nodes and the world send is the stack’s business, unchanged and not counted', () => {
    for (const source of [OTHER_NODE[family], WORLD[family]])
      expect(see(source)).toMatchObject({ verdict: 0, counted: [], events: [] });
  });

  it('is handed to the next program where the setting says so', () => {
    stage.configure({ flags: 1 | 16 });
    expect(see(WORLD[family]).verdict).toBe(NEXT);
    expect(see(PEER[family]).verdict).toBe(SHOT);
  });

  it('stands aside without a configuration', () => {
    stage.unconfigure();
    expect(see(PEER[family])).toMatchObject({ verdict: NEXT, counted: [] });
  });

  it('remote workloads send here while routing is native', () => {
    stage.configure({ flags: 0 });
    expect(see(PEER[family]).verdict).toBe(0);
  });
});

it('the underlay’s guard leaves ARP alone', () => {
  stage.reset('to_host');
  const data = arp({ operation: ARP.request, sender: PEER[4], target: NODE[4] });
  expect(stage.see('to_host', { data }).verdict).toBe(0);
});

it('the tunnel port of a remote workload is no tunnel', () => {
  stage.reset('from_overlay');
  for (const family of FAMILIES) {
    const data = outgoing({ family, protocol: PROTOCOL.udp, port: TUNNEL_PORT });
    expect(stage.see('from_endpoint', { data }).verdict).toBe(REDIRECT);
  }
});
