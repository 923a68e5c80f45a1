/** Which ARP, neighbour discovery and multicast management is dropped: refused, or ignored and counted apart. */
import { GATEWAY, LOOPBACK, NODE, WORKLOAD } from '../bench.js';
import { advert, ARP, arp, hostAsks, hostNd, linkLayer, nd, STRANGER_MAC } from '../neighbours.js';
import { frame, PROTOCOL } from '../packets.js';
import { incoming, outgoing, type Stage } from '../stage.js';
import { casesOf, type DropCase } from './case.js';

const LINK_LOCAL = 'fe80::2';
const ALL_NODES = 'ff02::1';
const FOREIGN = '198.18.64.77';
const FOREIGN6 = 'fd00:198:1::77';

/** ICMPv6 of any type, with a hop limit of 255 as a neighbour would send it. */
const icmp6 = (type: number, over: object = {}) =>
  outgoing({
    family: 6,
    protocol: PROTOCOL.icmp6,
    port: type << 8,
    hopLimit: 255,
    payload: Buffer.alloc(32),
    ...over,
  });
const icmp4 = (type: number) =>
  outgoing({ family: 4, protocol: PROTOCOL.icmp, port: type << 8, payload: Buffer.alloc(32) });

/** MLD as hosts send it: behind a Hop-by-Hop header with a router alert (RFC 2710). */
function mld(type: number, hopByHop: readonly number[] = [PROTOCOL.icmp6, 0, 5, 2, 0, 0, 1, 0]): Buffer {
  const body = Buffer.concat([
    Buffer.from(hopByHop),
    Buffer.from([type, 0, 0, 0, 0, 0, 0, 1]),
    Buffer.alloc(20),
  ]);
  return frame({
    sourceMac: WORKLOAD.mac,
    destinationMac: '33:33:00:00:00:16',
    source: LINK_LOCAL,
    destination: 'ff02::16',
    family: 6,
    protocol: 0,
    hopLimit: 1,
    body,
  });
}

function withoutIpv4(stage: Stage): void {
  const value = stage.bench.datapath.interfaces.get(LOOPBACK)!;
  stage.bench.datapath.interfaces.set(LOOPBACK, { ...value, address4: null });
}

const ARP_FROM = casesOf('from_endpoint', [
  ['a foreign sender', 'DROP_SPOOF_ADDR', () => arp({ sender: FOREIGN }), 4],
  ['the gateway as sender', 'DROP_SPOOF_ADDR', () => arp({ sender: GATEWAY[4], target: FOREIGN }), 4],
  ['a foreign MAC as sender', 'DROP_SPOOF_MAC', () => arp({ senderMac: STRANGER_MAC }), 4],
  ['a foreign MAC on the frame', 'DROP_SPOOF_MAC', () => arp({ ethernetSource: STRANGER_MAC }), 4],
  ['a question for somebody else', 'DROP_ARP_FORBIDDEN', () => arp({ target: FOREIGN }), 4],
  ['a question for this node', 'DROP_ARP_FORBIDDEN', () => arp({ target: NODE[4] }), 4],
  [
    'an answer to a stranger',
    'DROP_ARP_FORBIDDEN',
    () => arp({ operation: ARP.reply, targetMac: STRANGER_MAC }),
    4,
  ],
  ['neither question nor answer', 'DROP_ARP_FORBIDDEN', () => arp({ operation: 3 }), 4],
  ['hardware that is not Ethernet', 'DROP_ARP_FORBIDDEN', () => arp({ hardware: 6 }), 4],
  [
    'a probe for an address conflict',
    'DROP_ND_IGNORED',
    () => arp({ sender: '0.0.0.0', target: WORKLOAD[4] }),
    4,
  ],
  [
    'a probe for the gateway’s address',
    'DROP_ND_IGNORED',
    () => arp({ sender: '0.0.0.0', target: GATEWAY[4] }),
    4,
  ],
  ['an announcement of its own address', 'DROP_ND_IGNORED', () => arp({ target: WORKLOAD[4] }), 4],
  [
    'an announcement as an answer',
    'DROP_ND_IGNORED',
    () => arp({ operation: ARP.reply, target: WORKLOAD[4] }),
    4,
  ],
  ['a workload without IPv4', 'DROP_ND_IGNORED', (s) => (withoutIpv4(s), arp({ sender: '0.0.0.0' })), 4],
  ['an ARP packet cut short', 'DROP_MALFORMED', () => arp().subarray(0, 40), 4],
]);

const ARP_TO = casesOf('to_endpoint', [
  ['a question from a stranger', 'DROP_ARP_FORBIDDEN', () => hostAsks({ senderMac: STRANGER_MAC }), 4],
  ['a question for somebody else', 'DROP_ARP_FORBIDDEN', () => hostAsks({ target: FOREIGN }), 4],
  ['an ARP packet cut short', 'DROP_MALFORMED', () => hostAsks().subarray(0, 40), 4],
]);

const ND_FROM = casesOf('from_endpoint', [
  ['a foreign MAC on the frame', 'DROP_SPOOF_MAC', () => nd({ ethernetSource: STRANGER_MAC }), 6],
  ['a question of a foreign address', 'DROP_SPOOF_ADDR', () => nd({ source: FOREIGN6 }), 6],
  ['an answer from a foreign address', 'DROP_SPOOF_ADDR', () => advert({ source: GATEWAY[6] }), 6],
  ['a question for somebody else', 'DROP_ND_FORBIDDEN', () => nd({ target: FOREIGN6 }), 6],
  ['a question for its own address', 'DROP_ND_FORBIDDEN', () => nd({ target: WORKLOAD[6] }), 6],
  ['an answer for a foreign address', 'DROP_ND_FORBIDDEN', () => advert({ target: FOREIGN6 }), 6],
  ['an answer for the gateway', 'DROP_ND_FORBIDDEN', () => advert({ target: GATEWAY[6] }), 6],
  ['an answer from nobody', 'DROP_ND_FORBIDDEN', () => advert({ source: '::' }), 6],
  ['a question that has been routed', 'DROP_ND_FORBIDDEN', () => nd({ hopLimit: 254 }), 6],
  ['an answer that has been routed', 'DROP_ND_FORBIDDEN', () => advert({ hopLimit: 254 }), 6],
  ['a question with a code', 'DROP_ND_FORBIDDEN', () => nd({ code: 1 }), 6],
  [
    'a question in fragments',
    'DROP_ND_FORBIDDEN',
    () => nd({ fragment: { id: 1, offset: 0, more: true } }),
    6,
  ],
  [
    'an answer in fragments',
    'DROP_ND_FORBIDDEN',
    () => advert({ fragment: { id: 1, offset: 0, more: true } }),
    6,
  ],
  ['a router advertisement', 'DROP_ND_FORBIDDEN', () => icmp6(134, { destination: ALL_NODES }), 6],
  ['a redirect', 'DROP_ND_FORBIDDEN', () => icmp6(137), 6],
  ['a probe for an address conflict', 'DROP_ND_IGNORED', () => nd({ source: '::', target: WORKLOAD[6] }), 6],
  [
    'a probe for a link-local address',
    'DROP_ND_IGNORED',
    () => nd({ source: '::', target: LINK_LOCAL, options: Buffer.alloc(0) }),
    6,
  ],
  ['an announcement of its own address', 'DROP_ND_IGNORED', () => advert({ destination: ALL_NODES }), 6],
  ['a router solicitation', 'DROP_ND_IGNORED', () => icmp6(133, { destination: 'ff02::2' }), 6],
  ...[130, 131, 132, 143].flatMap((type) => [
    [`MLD ${type}`, 'DROP_ND_IGNORED', () => mld(type), 6] as const,
    [`MLD ${type} without its header`, 'DROP_ND_IGNORED', () => icmp6(type), 6] as const,
  ]),
  [
    'IGMP',
    'DROP_ND_IGNORED',
    () => outgoing({ family: 4, protocol: PROTOCOL.igmp, payload: Buffer.alloc(16) }),
    4,
  ],
  ['a Hop-by-Hop header before an echo', 'DROP_EXT_HEADER', () => mld(128), 6],
  ['a Hop-by-Hop header before TCP', 'DROP_EXT_HEADER', () => mld(143, [6, 0, 5, 2, 0, 0, 1, 0]), 6],
  ['a long Hop-by-Hop header', 'DROP_EXT_HEADER', () => mld(143, [58, 1, 5, 2, 0, 0, 1, 0]), 6],
  ...[4, 5, 9, 10].map((type) => [`ICMP ${type}`, 'DROP_ND_FORBIDDEN', () => icmp4(type), 4] as const),
]);

const ND_TO = casesOf('to_endpoint', [
  ['a question from a stranger', 'DROP_ND_FORBIDDEN', () => hostNd({ ethernetSource: STRANGER_MAC }), 6],
  ['a question that has been routed', 'DROP_ND_FORBIDDEN', () => hostNd({ hopLimit: 254 }), 6],
  [
    'a router advertisement',
    'DROP_ND_FORBIDDEN',
    () =>
      incoming({
        family: 6,
        protocol: PROTOCOL.icmp6,
        port: 134 << 8,
        source: 'fe80::1',
        destination: ALL_NODES,
        hopLimit: 255,
      }),
    6,
  ],
  [
    'a redirect',
    'DROP_ND_FORBIDDEN',
    () =>
      incoming({
        family: 6,
        protocol: PROTOCOL.icmp6,
        port: 137 << 8,
        source: 'fe80::1',
        hopLimit: 255,
        payload: Buffer.concat([linkLayer(2, STRANGER_MAC), Buffer.alloc(32)]),
      }),
    6,
  ],
]);

export const NEIGHBOURS: readonly DropCase[] = [...ARP_FROM, ...ARP_TO, ...ND_FROM, ...ND_TO];
