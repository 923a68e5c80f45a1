/** Packets as bytes, for BPF_PROG_TEST_RUN. Checksums are left 0: the programs do not look at them. */
import { parsePrefix } from '@sluice/datapath';

export interface PacketSpec {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
  readonly family: 4 | 6;
  /** IANA number. */
  readonly protocol: number;
  readonly sourcePort: number;
  /** ICMP and ICMPv6: type << 8 | code. */
  readonly port: number;
  /** TCP flags; default a bare SYN. */
  readonly flags?: number;
  readonly payload?: Buffer;
}

export const TCP_SYN = 0x02;
export const TCP_ACK = 0x10;

const mac = (text: string) => Buffer.from(text.replaceAll(':', ''), 'hex');
const ip = (text: string, family: 4 | 6) => parsePrefix(text).bytes.subarray(0, family === 4 ? 4 : 16);

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}

function layer4({
  protocol,
  sourcePort,
  port,
  flags = TCP_SYN,
  payload = Buffer.alloc(0),
}: PacketSpec): Buffer {
  switch (protocol) {
    case 6:
      return Buffer.concat([
        u16(sourcePort, port, 0, 1, 0, 0),
        Buffer.from([0x50, flags]),
        u16(64, 0, 0),
        payload,
      ]);
    case 17:
      return Buffer.concat([u16(sourcePort, port, 8 + payload.length, 0), payload]);
    case 132:
      return Buffer.concat([u16(sourcePort, port, 0, 1, 0, 0), payload]);
    case 1:
    case 58:
      return Buffer.concat([u16(port, 0, sourcePort, 1), payload]);
    default:
      return payload;
  }
}

function layer3(spec: PacketSpec, length: number): Buffer {
  const [source, destination] = [ip(spec.source, spec.family), ip(spec.destination, spec.family)];
  if (spec.family === 6) {
    const head = Buffer.concat([u16(0x6000, 0, length), Buffer.from([spec.protocol, 64])]);
    return Buffer.concat([head, source, destination]);
  }
  const head = Buffer.concat([u16(0x4500, 20 + length, 1, 0), Buffer.from([64, spec.protocol]), u16(0)]);
  return Buffer.concat([head, source, destination]);
}

/** An Ethernet frame with an IPv4 or IPv6 packet. */
export function packet(spec: PacketSpec): Buffer {
  const l4 = layer4(spec);
  const ethernet = [mac(spec.destinationMac), mac(spec.sourceMac), u16(spec.family === 4 ? 0x0800 : 0x86dd)];
  return Buffer.concat([...ethernet, layer3(spec, l4.length), l4]);
}
