/** Why a workload's own programs drop a packet, but for neighbours, fragments and ICMP errors. */
import { ConfigFlag, EndpointFlag, IpcacheFlag } from '@sluice/datapath';
import { CONFIG, GATEWAY, LOOPBACK, NODE, TUNNEL_PORT, WORKLOAD } from '../bench.js';
import { STRANGER_MAC } from '../neighbours.js';
import { ethernet, frame, PROTOCOL, TCP_RST, TCP_SYN, u16, type Family } from '../packets.js';
import { incoming, OTHER_NODE, outgoing, rule, SUBJECT, UNDERLAY, VXLAN } from '../stage.js';
import { casesOf } from './case.js';

const MULTICAST = { 4: '224.0.0.9', 6: 'ff02::9' } as const;
const GRE = 47;
const ROUTING = 43;
const DESTINATION_OPTIONS = 60;
const AUTHENTICATION = 51;

/** The packet with another byte somewhere behind the Ethernet header. */
function patched(data: Buffer, at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(data);
  copy.set(bytes, 14 + at);
  return copy;
}
const total = (family: Family) => (family === 4 ? 2 : 4);
const ttl = (family: Family) => (family === 4 ? 8 : 7);
const transport = (family: Family) => (family === 4 ? 20 : 40);

/** IPv6 with an extension header of 8 bytes in front of TCP. */
function extended(next: number, header = Buffer.from([PROTOCOL.tcp, 0, 0, 0, 0, 0, 0, 0])): Buffer {
  const body = Buffer.concat([header, outgoing({ family: 6 }).subarray(54)]);
  return frame({
    sourceMac: WORKLOAD.mac,
    destinationMac: GATEWAY.mac,
    source: WORKLOAD[6],
    destination: '2001:db8::1',
    family: 6,
    protocol: next,
    body,
  });
}

/** IPv4 with an option of 4 bytes (no operation). */
function withOptions(): Buffer {
  const plain = outgoing({ family: 4 });
  const [head, body] = [patched(plain, 0, 0x46).subarray(0, 34), plain.subarray(34)];
  const data = Buffer.concat([head, Buffer.alloc(4, 1), body]);
  return patched(data, 2, ...u16(data.length - 14));
}

export const FROM_ENDPOINT = casesOf('from_endpoint', [
  ['a deny', 'DROP_POLICY_DENY', (s, family) => (s.policy(rule({ deny: true })), outgoing({ family }))],
  [
    'a rule set that nobody serves',
    'DROP_POLICY_DENY',
    (s, family) => (s.policy(rule({ ruleSet: 5 })), outgoing({ family })),
  ],
  [
    'an authentication that nobody did',
    'DROP_POLICY_DENY',
    (s, family) => (s.policy(rule({ auth: 1 })), outgoing({ family })),
  ],
  [
    'longer than its way carries, to a workload that cannot be told',
    'DROP_MTU',
    (s, family) => {
      s.configure({ mtu: 1300, underlayIfindex: UNDERLAY });
      const data = outgoing({ family, payload: Buffer.alloc(1300) });
      if (family === 4) data.writeUInt16BE(0x4000, 20);
      return data;
    },
  ],
  ['no rule', 'DROP_POLICY_DEFAULT', (_, family) => outgoing({ family, port: 8081 })],
  [
    'no class',
    'DROP_NO_POLICY',
    (s, family) => (s.bench.datapath.policy.remove(SUBJECT), outgoing({ family })),
  ],
  ['lockdown', 'DROP_LOCKDOWN', (s, family) => (s.lockdown(), outgoing({ family }))],
  ['not ready', 'DROP_NOT_READY', (s, family) => (s.bench.become(SUBJECT, 0), outgoing({ family }))],
  [
    'not ready, to itself',
    'DROP_NOT_READY',
    (s, family) => (s.local(EndpointFlag.redirectPeer), outgoing({ family, destination: WORKLOAD[family] })),
  ],
  ['a foreign source', 'DROP_SPOOF_ADDR', (_, family) => outgoing({ family, source: GATEWAY[family] })],
  [
    'no source',
    'DROP_SPOOF_ADDR',
    (_, family) => outgoing({ family, source: family === 4 ? '0.0.0.0' : '::' }),
  ],
  ['a foreign MAC', 'DROP_SPOOF_MAC', (_, family) => outgoing({ family, sourceMac: STRANGER_MAC })],
  [
    'no such interface',
    'DROP_UNKNOWN_INTERFACE',
    (s, family) => (s.bench.datapath.interfaces.delete(LOOPBACK), outgoing({ family })),
  ],
  [
    'a length beyond the end',
    'DROP_MALFORMED',
    (_, family) => patched(outgoing({ family }), total(family), 4, 0),
  ],
  ['hop limit 0', 'DROP_MALFORMED', (_, family) => patched(outgoing({ family }), ttl(family), 0)],
  ['the other version', 'DROP_MALFORMED', (_, family) => patched(outgoing({ family }), 0, 0x50)],
  [
    'a TCP header that ends too early',
    'DROP_MALFORMED',
    (_, family) => patched(outgoing({ family }), transport(family) + 12, 0x40),
  ],
  [
    'a TCP header longer than the packet',
    'DROP_MALFORMED',
    (_, family) => patched(outgoing({ family }), transport(family) + 12, 0x60),
  ],
  [
    'a UDP length beyond the end',
    'DROP_MALFORMED',
    (_, family) => patched(outgoing({ family, protocol: PROTOCOL.udp }), transport(family) + 4, 0, 9),
  ],
  [
    'an echo request with a code',
    'DROP_MALFORMED',
    (_, family) =>
      outgoing({
        family,
        ...(family === 4
          ? { protocol: PROTOCOL.icmp, port: 0x0801 }
          : { protocol: PROTOCOL.icmp6, port: 0x8001 }),
      }),
  ],
  ['the reserved flag', 'DROP_MALFORMED', () => patched(outgoing({ family: 4 }), 6, 0x80), 4],
  [
    'neither IPv4 nor IPv6',
    'DROP_UNKNOWN_L3',
    () => ethernet(GATEWAY.mac, WORKLOAD.mac, 0x88cc, Buffer.alloc(50)),
    4,
  ],
  [
    'a VLAN tag',
    'DROP_UNKNOWN_L3',
    (_, family) =>
      ethernet(GATEWAY.mac, WORKLOAD.mac, 0x8100, Buffer.concat([u16(5), outgoing({ family }).subarray(12)])),
  ],
  [
    'a VLAN tag that the hardware took off',
    'DROP_UNKNOWN_L3',
    (_, family) => ({ data: outgoing({ family }), vlan: 5 }),
  ],
  [
    'an unknown protocol',
    'DROP_UNKNOWN_L4',
    (_, family) => outgoing({ family, protocol: GRE, payload: Buffer.alloc(40) }),
  ],
  [
    'ICMP of the other family',
    'DROP_UNKNOWN_L4',
    (_, family) => outgoing({ family, protocol: family === 4 ? PROTOCOL.icmp6 : PROTOCOL.icmp }),
  ],
  ['IPv4 options', 'DROP_IP_OPTIONS', () => withOptions(), 4],
  ...[ROUTING, DESTINATION_OPTIONS, AUTHENTICATION, 0, 135, 139, 140, 253, 254].map(
    (next) => [`extension header ${next}`, 'DROP_EXT_HEADER', () => extended(next), 6] as const,
  ),
  [
    'an address that nobody has',
    'DROP_UNKNOWN_DEST',
    (s, family) => (s.peer({ identity: 11 }), outgoing({ family })),
  ],
  [
    'the tunnel port of another node',
    'DROP_TUNNEL_FORGED',
    (_, family) =>
      outgoing({ family, destination: OTHER_NODE[family], protocol: PROTOCOL.udp, port: TUNNEL_PORT }),
  ],
  [
    'the tunnel port of this node',
    'DROP_TUNNEL_FORGED',
    (_, family) => outgoing({ family, destination: NODE[family], protocol: PROTOCOL.udp, port: TUNNEL_PORT }),
  ],
  [
    'the tunnel port of the gateway',
    'DROP_TUNNEL_FORGED',
    (_, family) =>
      outgoing({ family, destination: GATEWAY[family], protocol: PROTOCOL.udp, port: TUNNEL_PORT }),
  ],
  [
    'an identity that means nothing to other nodes, into the tunnel',
    'DROP_OVERLAY_IDENTITY',
    (s, family) => {
      s.tunnelled();
      s.policy(rule({ protocol: PROTOCOL.tcp }));
      const { endpoint, ...rest } = s.bench.datapath.interfaces.get(LOOPBACK)!;
      s.bench.datapath.interfaces.set(LOOPBACK, { ...rest, endpoint: { ...endpoint, identity: 5 } });
      return outgoing({ family });
    },
  ],
  [
    'a workload elsewhere without a tunnel',
    'DROP_NO_TUNNEL',
    (s, family) => (s.tunnelled(), s.peer({ flags: 0 }), outgoing({ family })),
  ],
  [
    'a tunnel without an address',
    'DROP_NO_TUNNEL',
    (s, family) => (s.tunnelled(), s.peer({ flags: IpcacheFlag.tunnel }), outgoing({ family })),
  ],
  [
    'a tunnel without a device',
    'DROP_NO_TUNNEL',
    (s, family) => (
      s.tunnelled(),
      s.configure({ flags: ConfigFlag.tunnel | ConfigFlag.flows }),
      outgoing({ family })
    ),
  ],
  [
    'a tunnel while routing is native',
    'DROP_NO_TUNNEL',
    (s, family) => (
      s.peer({ flags: IpcacheFlag.tunnel, tunnel: OTHER_NODE[4] }),
      s.configure({ vxlanIfindex: VXLAN }),
      outgoing({ family })
    ),
  ],
  [
    'what is to be encrypted',
    'DROP_NO_TUNNEL',
    (s, family) => (s.peer({ encryptKey: 1 }), outgoing({ family })),
  ],
  ['SYN and FIN', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: 0x03 })],
  ['SYN and RST', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: 0x06 })],
  ['a FIN alone', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: 0x01 })],
  ['no flags', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: 0 })],
  ['a RST of no connection', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: TCP_RST })],
  ['a SYN-ACK of no connection', 'DROP_CT_INVALID', (_, family) => outgoing({ family, flags: 0x12 })],
  ['no configuration', 'DROP_NO_CONFIG', (s, family) => (s.unconfigure(), outgoing({ family }))],
  [
    'the last hop, into the tunnel',
    'DROP_TTL',
    (s, family) => (s.tunnelled(), outgoing({ family, hopLimit: 1 })),
  ],
  [
    'the last hop, to a workload of this node',
    'DROP_TTL',
    (s, family) => (s.local(), outgoing({ family, destination: WORKLOAD[family], hopLimit: 1 })),
  ],
  ['multicast', 'DROP_MULTICAST', (_, family) => outgoing({ family, destination: MULTICAST[family] })],
  [
    'to everybody, or to nobody',
    'DROP_MULTICAST',
    (_, family) => outgoing({ family, destination: family === 4 ? '255.255.255.255' : '::' }),
  ],
]);

export const TO_ENDPOINT = casesOf('to_endpoint', [
  [
    'a deny',
    'DROP_POLICY_DENY',
    (s, family) => (s.policy(rule({ direction: 'ingress', deny: true })), incoming({ family })),
  ],
  ['no rule', 'DROP_POLICY_DEFAULT', (_, family) => incoming({ family, port: 8081 })],
  [
    'no class',
    'DROP_NO_POLICY',
    (s, family) => (s.bench.datapath.policy.remove(SUBJECT), incoming({ family })),
  ],
  ['lockdown', 'DROP_LOCKDOWN', (s, family) => (s.lockdown(), incoming({ family }))],
  ['not ready', 'DROP_NOT_READY', (s, family) => (s.bench.become(SUBJECT, 0), incoming({ family }))],
  [
    'not ready, from itself',
    'DROP_NOT_READY',
    (s, family) => (
      s.bench.become(SUBJECT, 0),
      { data: incoming({ family, source: WORKLOAD[family] }), ingressIfindex: LOOPBACK }
    ),
  ],
  [
    'its own address from elsewhere',
    'DROP_SPOOF_ADDR',
    (_, family) => incoming({ family, source: WORKLOAD[family] }),
  ],
  [
    'a local workload’s address by another interface',
    'DROP_SPOOF_ADDR',
    (s, family) => {
      const { endpoint } = s.bench.datapath.interfaces.get(LOOPBACK)!;
      s.bench.datapath.endpoints.set(GATEWAY[family], { ...endpoint, ifindex: 5, identity: 301 });
      return { data: incoming({ family, source: GATEWAY[family] }), ingressIfindex: 6 };
    },
  ],
  [
    'this node without the mark',
    'DROP_SPOOF_ADDR',
    (_, family) => incoming({ family, source: NODE[family] }),
  ],
  [
    'this node with the mark, but by an interface',
    'DROP_SPOOF_ADDR',
    (_, family) => ({
      data: incoming({ family, source: NODE[family] }),
      mark: CONFIG.hostMark,
      ingressIfindex: 6,
    }),
  ],
  [
    'no such interface',
    'DROP_UNKNOWN_INTERFACE',
    (s, family) => (s.bench.datapath.interfaces.delete(LOOPBACK), incoming({ family })),
  ],
  [
    'a length beyond the end',
    'DROP_MALFORMED',
    (_, family) => patched(incoming({ family }), total(family), 4, 0),
  ],
  [
    'neither IPv4 nor IPv6',
    'DROP_UNKNOWN_L3',
    () => ethernet(WORKLOAD.mac, GATEWAY.mac, 0x88cc, Buffer.alloc(50)),
    4,
  ],
  [
    'a VLAN tag that the hardware took off',
    'DROP_UNKNOWN_L3',
    (_, family) => ({ data: incoming({ family }), vlan: 5 }),
  ],
  [
    'an unknown protocol',
    'DROP_UNKNOWN_L4',
    (_, family) => incoming({ family, protocol: GRE, payload: Buffer.alloc(40) }),
  ],
  [
    'not for this workload',
    'DROP_UNKNOWN_DEST',
    (_, family) => incoming({ family, destination: GATEWAY[family] }),
  ],
  [
    'by the tunnel, without from_overlay’s mark',
    'DROP_OVERLAY_SOURCE',
    (s, family) => (s.tunnelled(), { data: incoming({ family }), ingressIfindex: VXLAN }),
  ],
  [
    'a remote workload’s address outside the tunnel',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (s.tunnelled(), { data: incoming({ family }), ingressIfindex: 6 }),
  ],
  [
    'an address that nobody has outside the tunnel',
    'DROP_UNDERLAY_SOURCE',
    (s, family) => (
      s.tunnelled(),
      s.peer({ identity: 11, flags: IpcacheFlag.tunnel, tunnel: OTHER_NODE[4] }),
      { data: incoming({ family }), ingressIfindex: 6 }
    ),
  ],
  [
    'a SYN-ACK of no connection',
    'DROP_CT_INVALID',
    (_, family) => incoming({ family, flags: TCP_SYN | 0x10 }),
  ],
  ['no configuration', 'DROP_NO_CONFIG', (s, family) => (s.unconfigure(), incoming({ family }))],
  ['multicast', 'DROP_MULTICAST', (_, family) => incoming({ family, destination: MULTICAST[family] })],
]);
