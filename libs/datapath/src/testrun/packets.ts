/** Packets as bytes, for BPF_PROG_TEST_RUN. Checksums are left 0: the programs do not look at them. */
import { parseAddress, parseMac } from '../address.js';

export type Family = 4 | 6;

export interface FragmentSpec {
  readonly id: number;
  /** Bytes; a multiple of 8. */
  readonly offset: number;
  readonly more: boolean;
}

/** An IP packet in an Ethernet frame, whatever its body is. */
export interface FrameSpec {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
  readonly family: Family;
  /** IANA number. */
  readonly protocol: number;
  readonly body: Buffer;
  /** TTL or hop limit; default 64. */
  readonly hopLimit?: number;
  /** IPv6 gets a fragment header for it. */
  readonly fragment?: FragmentSpec;
}

export interface PacketSpec extends Omit<FrameSpec, 'body'> {
  readonly sourcePort: number;
  /** ICMP and ICMPv6: type << 8 | code. */
  readonly port: number;
  /** TCP flags; default a bare SYN. */
  readonly flags?: number;
  readonly payload?: Buffer;
}

export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;
export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, fragment: 44, icmp6: 58, sctp: 132 } as const;
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** An address as bytes; RangeError where it is not of this family. */
export function address(text: string, family: Family): Buffer {
  const packed = parseAddress(text);
  if (packed.family !== family) throw new RangeError(`${text} is not IPv${family}`);
  return Buffer.from(packed.bytes.subarray(0, family === 4 ? 4 : 16));
}

/** 16-bit numbers in network byte order. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}

/** The transport header and what it carries. */
export function layer4(
  spec: Pick<PacketSpec, 'protocol' | 'sourcePort' | 'port' | 'flags' | 'payload'>,
): Buffer {
  const { protocol, sourcePort, port, flags = TCP_SYN, payload = Buffer.alloc(0) } = spec;
  switch (protocol) {
    case PROTOCOL.tcp:
      return Buffer.concat([
        u16(sourcePort, port, 0, 1, 0, 0),
        Buffer.from([0x50, flags]),
        u16(64, 0, 0),
        payload,
      ]);
    case PROTOCOL.udp:
      return Buffer.concat([u16(sourcePort, port, 8 + payload.length, 0), payload]);
    case PROTOCOL.sctp:
      return Buffer.concat([u16(sourcePort, port, 0, 1, 0, 0), payload]);
    case PROTOCOL.icmp:
    case PROTOCOL.icmp6:
      return Buffer.concat([u16(port, 0, sourcePort, 1), payload]);
    default:
      return payload;
  }
}

function ipv4(spec: Omit<FrameSpec, 'sourceMac' | 'destinationMac'>): Buffer {
  const { fragment, body, hopLimit = 64 } = spec;
  const field = fragment ? (fragment.offset / 8) | (fragment.more ? 0x2000 : 0) : 0;
  return Buffer.concat([
    u16(0x4500, 20 + body.length, fragment?.id ?? 1, field),
    Buffer.from([hopLimit, spec.protocol]),
    u16(0),
    address(spec.source, 4),
    address(spec.destination, 4),
    body,
  ]);
}

function ipv6(spec: Omit<FrameSpec, 'sourceMac' | 'destinationMac'>): Buffer {
  const { fragment, body, hopLimit = 64 } = spec;
  const header = fragment
    ? Buffer.concat([
        Buffer.from([spec.protocol, 0]),
        u16(fragment.offset | (fragment.more ? 1 : 0), 0, fragment.id),
      ])
    : Buffer.alloc(0);
  return Buffer.concat([
    u16(0x6000, 0, header.length + body.length),
    Buffer.from([fragment ? PROTOCOL.fragment : spec.protocol, hopLimit]),
    address(spec.source, 6),
    address(spec.destination, 6),
    header,
    body,
  ]);
}

/** What stands behind the Ethernet header; also what an ICMP error quotes. */
export function layer3(spec: Omit<FrameSpec, 'sourceMac' | 'destinationMac'>): Buffer {
  return spec.family === 4 ? ipv4(spec) : ipv6(spec);
}

/** Any Ethernet frame. */
export function ethernet(destinationMac: string, sourceMac: string, type: number, payload: Buffer): Buffer {
  return Buffer.concat([parseMac(destinationMac), parseMac(sourceMac), u16(type), payload]);
}

/** An Ethernet frame with an IP packet around `body`. */
export function frame(spec: FrameSpec): Buffer {
  const type = spec.family === 4 ? ETHERTYPE.ipv4 : ETHERTYPE.ipv6;
  return ethernet(spec.destinationMac, spec.sourceMac, type, layer3(spec));
}

/** An Ethernet frame with a TCP, UDP, SCTP or ICMP packet. */
export function packet(spec: PacketSpec): Buffer {
  return frame({ ...spec, body: layer4(spec) });
}
