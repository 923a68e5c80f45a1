import { run } from '@sluice/lab';
import { parseMac } from '@sluice/datapath';
import { address, ethernet, frame, layer4, PROTOCOL, u16, type Family } from '@sluice/datapath/testrun';

/** Sends frames as they are, on the interface that is its first argument. */
const SEND = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for frame in sys.argv[2:]:
    s.send(bytes.fromhex(frame))
`;

/** Puts frames on the wire from within a network namespace. */
export async function send(netns: string, frames: readonly Buffer[]): Promise<void> {
  const bytes = frames.map((one) => one.toString('hex'));
  await run('nsenter', [`--net=${netns}`, 'python3', '-c', SEND, 'eth0', ...bytes]);
}

/** RFC 1071. */
function checksum(...parts: readonly Buffer[]): number {
  const all = Buffer.concat(parts);
  const even = all.length % 2 === 0 ? all : Buffer.concat([all, Buffer.alloc(1)]);
  let sum = 0;
  for (let i = 0; i < even.length; i += 2) sum += even.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface Ends {
  readonly family: Family;
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
}

/** The IP header's own checksum, so that a receiver takes the packet if it gets it. IPv6 has none. */
function sealed(data: Buffer, family: Family): Buffer {
  if (family === 4) data.writeUInt16BE(checksum(data.subarray(14, 14 + (data[14]! & 15) * 4)), 24);
  return data;
}

/** An ICMPv6 or UDP body with the checksum over its pseudo header. */
function summed({ source, destination, family }: Ends, protocol: number, body: Buffer, at: number): Buffer {
  const ends = [address(source, family), address(destination, family)];
  body.writeUInt16BE(0, at);
  body.writeUInt16BE(checksum(...ends, u16(protocol, body.length), body) || 0xffff, at);
  return body;
}

/** A whole and valid UDP packet: whoever gets it takes it. */
export function datagram(
  ends: Ends,
  port: number,
  payload: Buffer = Buffer.from('forged'),
  sourcePort = 40_000,
): Buffer {
  const body = layer4({ protocol: PROTOCOL.udp, sourcePort, port, payload });
  return sealed(
    frame({ ...ends, protocol: PROTOCOL.udp, body: summed(ends, PROTOCOL.udp, body, 6) }),
    ends.family,
  );
}

/** The same in VXLAN (RFC 7348): what goes into the outer datagram. */
export function vxlan(vni: number, inner: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(0x08000000, 0);
  header.writeUInt32BE(vni << 8, 4);
  return Buffer.concat([header, inner]);
}

/** With a loose source route (RFC 791) behind the header. */
export function sourceRouted(ends: Ends, port: number): Buffer {
  const plain = datagram(ends, port);
  const option = Buffer.concat([Buffer.from([131, 7, 4]), address(ends.destination, 4), Buffer.from([0])]);
  const data = Buffer.concat([plain.subarray(0, 34), option, plain.subarray(34)]);
  data[14] = 0x47;
  data.writeUInt16BE(data.length - 14, 16);
  data.writeUInt16BE(0, 24);
  return sealed(data, 4);
}

/** With a routing header of type 0 (deprecated by RFC 5095). */
export function routed(ends: Ends, port: number): Buffer {
  const body = summed(ends, PROTOCOL.udp, layer4({ protocol: PROTOCOL.udp, sourcePort: 1, port }), 6);
  const header = Buffer.concat([
    Buffer.from([PROTOCOL.udp, 2, 0, 0, 0, 0, 0, 0]),
    address(ends.destination, 6),
  ]);
  return frame({ ...ends, protocol: 43, body: Buffer.concat([header, body]) });
}

/** The same frame with a VLAN tag (IEEE 802.1Q). */
export const tagged = (data: Buffer, vlan: number): Buffer =>
  Buffer.concat([data.subarray(0, 12), u16(0x8100, vlan), data.subarray(12)]);

/** ARP (RFC 826): operation 1 asks, 2 answers. */
export function arp(
  operation: 1 | 2,
  mac: string,
  sender: string,
  targetMac: string,
  target: string,
): Buffer {
  const body = Buffer.concat([
    u16(1, 0x0800, 0x0604, operation),
    parseMac(mac),
    address(sender, 4),
    parseMac(targetMac),
    address(target, 4),
  ]);
  return ethernet(targetMac, mac, 0x0806, body);
}

/** An ICMPv6 message of neighbour discovery (RFC 4861), hop limit 255. */
export function neighbour(ends: Ends, type: number, rest: Buffer): Buffer {
  const body = summed(ends, PROTOCOL.icmp6, Buffer.concat([Buffer.from([type, 0, 0, 0]), rest]), 2);
  return frame({ ...ends, protocol: PROTOCOL.icmp6, body, hopLimit: 255 });
}
