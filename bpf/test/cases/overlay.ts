/** Why the programs of the VXLAN device and of the underlay drop a packet. */
import { ConfigFlag, EndpointFlag, IpcacheFlag } from '@sluice/datapath';
import { GATEWAY, HOST_MARK, NODE, PEER, TUNNEL_PORT, WORKLOAD } from '../bench.js';
import { arp, ND, nd } from '../neighbours.js';
import { PROTOCOL, type Family } from '../packets.js';
import {
  FRIEND,
  incoming,
  OTHER_NODE,
  outer,
  outgoing,
  rule,
  SUBJECT,
  WORLD,
  type Arrival,
} from '../stage.js';
import { casesOf, type ReasonName } from './case.js';

const CIDR = 1 << 24;
const MULTICAST = { 4: '224.0.0.9', 6: 'ff02::9' } as const;
const FOREIGN_TUNNEL = '198.18.0.66';

interface Sender {
  readonly vni?: number;
  readonly from?: string;
}

/** From the friend through the tunnel, with another VNI or another sender outside. */
const tunnelled = (family: Family, { vni = FRIEND, from = OTHER_NODE[4] }: Sender = {}): Arrival => ({
  data: incoming({ family }),
  ...outer(from, vni),
});
/** From the other node itself. */
const fromNode = (family: Family, vni: number, from: string = OTHER_NODE[family]): Arrival => ({
  data: incoming({ family, source: OTHER_NODE[family] }),
  ...outer(from, vni),
});
const rejected = (what: string, vni: number) =>
  [
    `VNI ${vni}: ${what}`,
    'DROP_OVERLAY_IDENTITY' as ReasonName,
    (_: unknown, family: Family) => tunnelled(family, { vni }),
  ] as const;

export const FROM_OVERLAY = casesOf('from_overlay', [
  ['no outer header', 'DROP_OVERLAY_SOURCE', (_, family) => incoming({ family })],
  [
    'the outer source is no node of ours',
    'DROP_OVERLAY_SOURCE',
    (_, family) => tunnelled(family, { from: FOREIGN_TUNNEL }),
  ],
  [
    'the outer source is another node than the one where the inner source lives',
    'DROP_OVERLAY_SOURCE',
    (s, family) => (
      s.peer({ flags: IpcacheFlag.tunnel, tunnel: FOREIGN_TUNNEL }),
      tunnelled(family, { from: OTHER_NODE[4] })
    ),
  ],
  [
    'the tunnel is IPv6, the outer source IPv4',
    'DROP_OVERLAY_SOURCE',
    (s, family) => (
      s.peer({ flags: IpcacheFlag.tunnel | IpcacheFlag.tunnel6, tunnel: OTHER_NODE[6] }),
      tunnelled(family)
    ),
  ],
  [
    'the inner source lives behind no tunnel',
    'DROP_OVERLAY_SOURCE',
    (s, family) => (s.peer({ flags: 0, tunnel: null }), tunnelled(family)),
  ],
  [
    'a tunnel without an address, a sender without one',
    'DROP_OVERLAY_SOURCE',
    (s, family) => (s.peer({ flags: IpcacheFlag.tunnel }), tunnelled(family, { from: '0.0.0.0' })),
  ],
  [
    'the inner source is nobody’s',
    'DROP_OVERLAY_SOURCE',
    (_, family) => ({ data: incoming({ family, source: WORLD[family] }), ...outer() }),
  ],
  [
    'the inner source is a workload of this node',
    'DROP_OVERLAY_SOURCE',
    (s, family) => {
      s.bench.datapath.endpoints.set(PEER[family], s.bench.datapath.endpoints.get(WORKLOAD[family])!);
      return tunnelled(family);
    },
  ],
  [
    'the inner source is this node',
    'DROP_OVERLAY_IDENTITY',
    (_, family) => ({
      data: incoming({ family, source: NODE[family] }),
      ...outer(NODE[family], 1),
    }),
  ],
  [
    'another node’s own address through a third node',
    'DROP_OVERLAY_SOURCE',
    (_, family) => fromNode(family, 1, family === 4 ? FOREIGN_TUNNEL : 'fd00:198::66'),
  ],
  rejected('nobody', 0),
  rejected('a workload as host', 1),
  rejected('the world', 2),
  rejected('a workload as a node', 6),
  rejected('the world in one family', 9),
  rejected('an address that nobody has', 11),
  rejected('the last reserved one', 255),
  rejected('a CIDR of the other node', CIDR | 5),
  rejected('a workload’s number and one bit more', CIDR | FRIEND),
  ['a node as a workload', 'DROP_OVERLAY_IDENTITY', (_, family) => fromNode(family, FRIEND)],
  ['a node as the world', 'DROP_OVERLAY_IDENTITY', (_, family) => fromNode(family, 2)],
  [
    'no workload here has the address',
    'DROP_UNKNOWN_DEST',
    (_, family) => ({ data: incoming({ family, destination: GATEWAY[family] }), ...outer() }),
  ],
  [
    'somewhere beyond this node',
    'DROP_UNKNOWN_DEST',
    (_, family) => ({ data: incoming({ family, destination: WORLD[family] }), ...outer() }),
  ],
  [
    'a tunnel in the tunnel',
    'DROP_TUNNEL_FORGED',
    (_, family) => ({
      data: incoming({ family, destination: NODE[family], protocol: PROTOCOL.udp, port: TUNNEL_PORT }),
      ...outer(),
    }),
  ],
  [
    'a deny',
    'DROP_POLICY_DENY',
    (s, family) => (s.policy(rule({ direction: 'ingress', deny: true })), tunnelled(family)),
  ],
  [
    'no rule for the identity that the VNI tells',
    'DROP_POLICY_DEFAULT',
    (_, family) => tunnelled(family, { vni: FRIEND + 1 }),
  ],
  ['no rule for another node', 'DROP_POLICY_DEFAULT', (_, family) => fromNode(family, 1)],
  ['no class', 'DROP_NO_POLICY', (s, family) => (s.bench.datapath.policy.remove(SUBJECT), tunnelled(family))],
  ['lockdown', 'DROP_LOCKDOWN', (s, family) => (s.lockdown(), tunnelled(family))],
  [
    'not ready, by the short way',
    'DROP_NOT_READY',
    (s, family) => (s.local(EndpointFlag.redirectPeer), tunnelled(family)),
  ],
  ['not ready, by the long way', 'DROP_NOT_READY', (s, family) => (s.local(0), tunnelled(family))],
  [
    'a length beyond the end',
    'DROP_MALFORMED',
    (_, family) => {
      const { data, ...beside } = tunnelled(family);
      data.writeUInt16BE(1024, family === 4 ? 16 : 18);
      return { data, ...beside };
    },
  ],
  ['ARP', 'DROP_UNKNOWN_L3', () => ({ data: arp(), ...outer() }), 4],
  ['a VLAN tag', 'DROP_UNKNOWN_L3', (_, family) => ({ ...tunnelled(family), vlan: 5 })],
  [
    'an unknown protocol',
    'DROP_UNKNOWN_L4',
    (_, family) => ({ data: incoming({ family, protocol: 47, payload: Buffer.alloc(40) }), ...outer() }),
  ],
  [
    'neighbour discovery',
    'DROP_ND_FORBIDDEN',
    () => ({ data: nd({ type: ND.advert, source: PEER[6], destination: WORKLOAD[6] }), ...outer() }),
    6,
  ],
  [
    'multicast',
    'DROP_MULTICAST',
    (_, family) => ({ data: incoming({ family, destination: MULTICAST[family] }), ...outer() }),
  ],
  ['the last hop', 'DROP_TTL', (_, family) => ({ data: incoming({ family, hopLimit: 1 }), ...outer() })],
  [
    'a RST of no connection',
    'DROP_CT_INVALID',
    (_, family) => ({ data: incoming({ family, flags: 4 }), ...outer() }),
  ],
  [
    'routing is native',
    'DROP_NO_CONFIG',
    (s, family) => (s.configure({ flags: ConfigFlag.flows }), tunnelled(family)),
  ],
  ['no configuration', 'DROP_NO_CONFIG', (s, family) => (s.unconfigure(), tunnelled(family))],
]);

/** What the host's stack sends to the friend. */
const hostSends = (family: Family, over: object = {}): Arrival => ({
  data: outgoing({ family, source: NODE[family], ...over }),
  mark: HOST_MARK,
});

export const TO_OVERLAY = casesOf('to_overlay', [
  ['without the host’s mark', 'DROP_OVERLAY_SOURCE', (_, family) => ({ ...hostSends(family), mark: 0 })],
  [
    'with the host’s mark, but forwarded',
    'DROP_OVERLAY_SOURCE',
    (_, family) => ({ ...hostSends(family), ingressIfindex: 6 }),
  ],
  [
    'a workload’s address',
    'DROP_OVERLAY_SOURCE',
    (_, family) => hostSends(family, { source: WORKLOAD[family] }),
  ],
  [
    'from_endpoint’s mark on what was made here',
    'DROP_OVERLAY_SOURCE',
    (_, family) => ({ ...hostSends(family), mark: 0x5c000000 }),
  ],
  [
    'to nobody that we know',
    'DROP_NO_TUNNEL',
    (_, family) => hostSends(family, { destination: WORLD[family] }),
  ],
  [
    'to somebody without a tunnel',
    'DROP_NO_TUNNEL',
    (s, family) => (s.peer({ flags: 0, tunnel: null }), hostSends(family)),
  ],
  [
    'a tunnel without an address',
    'DROP_NO_TUNNEL',
    (s, family) => (s.peer({ flags: IpcacheFlag.tunnel }), hostSends(family)),
  ],
  [
    'what is to be encrypted',
    'DROP_NO_TUNNEL',
    (s, family) => (
      s.peer({ flags: IpcacheFlag.tunnel, tunnel: OTHER_NODE[4], encryptKey: 1 }),
      hostSends(family)
    ),
  ],
  ['neighbour discovery', 'DROP_ND_IGNORED', () => ({ data: nd({ source: NODE[6] }), mark: HOST_MARK }), 6],
  ['ARP', 'DROP_UNKNOWN_L3', () => ({ data: arp(), mark: HOST_MARK }), 4],
  ['multicast', 'DROP_MULTICAST', (_, family) => hostSends(family, { destination: MULTICAST[family] })],
  [
    'an unknown protocol',
    'DROP_UNKNOWN_L4',
    (_, family) => hostSends(family, { protocol: 47, payload: Buffer.alloc(40) }),
  ],
  [
    'routing is native',
    'DROP_NO_CONFIG',
    (s, family) => (s.configure({ flags: ConfigFlag.flows }), hostSends(family)),
  ],
  ['no configuration', 'DROP_NO_CONFIG', (s, family) => (s.unconfigure(), hostSends(family))],
]);

const fromUnderlay = (family: Family, source: string) =>
  incoming({ family, source, destination: NODE[family] });

export const TO_HOST = casesOf('to_host', [
  ['a workload of this node', 'DROP_UNDERLAY_SOURCE', (_, family) => fromUnderlay(family, WORKLOAD[family])],
  [
    'a workload of this node, while routing is native',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (s.configure({ flags: 0 }), fromUnderlay(family, WORKLOAD[family])),
  ],
  ['this node', 'DROP_UNDERLAY_SOURCE', (_, family) => fromUnderlay(family, NODE[family])],
  [
    'this node, while routing is native',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (s.configure({ flags: 0 }), fromUnderlay(family, NODE[family])),
  ],
  [
    'another address of this node',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (
      s.know(WORLD[family], family, { identity: 1, flags: IpcacheFlag.node }),
      fromUnderlay(family, WORLD[family])
    ),
  ],
  [
    'this node, before the ipcache knows it',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (s.bench.forget('ipcache'), fromUnderlay(family, NODE[family])),
  ],
  ['a remote workload', 'DROP_UNDERLAY_SOURCE', (_, family) => fromUnderlay(family, PEER[family])],
  [
    'an address that nobody has',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (s.peer({ identity: 11 }), fromUnderlay(family, PEER[family])),
  ],
  [
    'a workload behind a VLAN tag that the hardware took off',
    'DROP_UNDERLAY_SOURCE',
    (_, family) => ({ data: fromUnderlay(family, PEER[family]), vlan: 5 }),
  ],
]);
