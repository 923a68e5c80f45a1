/** ARP and neighbour discovery as bytes, for BPF_PROG_TEST_RUN. */
import { parseMac } from '@sluice/datapath';
import { GATEWAY, WORKLOAD } from './bench.js';
import { address, ethernet, ETHERTYPE, frame, PROTOCOL, u16 } from './packets.js';

export const BROADCAST = 'ff:ff:ff:ff:ff:ff';
export const STRANGER_MAC = '02:00:00:00:00:99';
export const ARP = { request: 1, reply: 2 } as const;
export const ND = { solicit: 135, advert: 136 } as const;
const NO_MAC = '00:00:00:00:00:00';

export interface ArpSpec {
  readonly ethernetSource: string;
  readonly ethernetDestination: string;
  readonly hardware: number;
  readonly operation: number;
  readonly senderMac: string;
  readonly sender: string;
  readonly targetMac: string;
  readonly target: string;
}

/** By default the workload's question who has the gateway. */
export function arp(over: Partial<ArpSpec> = {}): Buffer {
  const spec: ArpSpec = {
    ethernetSource: WORKLOAD.mac,
    ethernetDestination: BROADCAST,
    hardware: 1,
    operation: ARP.request,
    senderMac: WORKLOAD.mac,
    sender: WORKLOAD[4],
    targetMac: NO_MAC,
    target: GATEWAY[4],
    ...over,
  };
  const body = Buffer.concat([
    u16(spec.hardware, ETHERTYPE.ipv4, 0x0604, spec.operation),
    parseMac(spec.senderMac),
    address(spec.sender, 4),
    parseMac(spec.targetMac),
    address(spec.target, 4),
  ]);
  return ethernet(spec.ethernetDestination, spec.ethernetSource, ETHERTYPE.arp, body);
}

/** The host's question who has the workload's address. */
export const hostAsks = (over: Partial<ArpSpec> = {}) =>
  arp({
    ethernetSource: GATEWAY.mac,
    senderMac: GATEWAY.mac,
    sender: GATEWAY[4],
    target: WORKLOAD[4],
    ...over,
  });

export interface NdSpec {
  readonly ethernetSource: string;
  readonly ethernetDestination: string;
  readonly source: string;
  readonly destination: string;
  readonly type: number;
  readonly code: number;
  readonly target: string;
  readonly hopLimit: number;
  readonly flags: number;
  /** Behind the target; by default the source link-layer address. */
  readonly options: Buffer;
  readonly fragment: { readonly id: number; readonly offset: number; readonly more: boolean } | null;
}

/** A link-layer address option: 1 of the source, 2 of the target. */
export const linkLayer = (type: 1 | 2, mac: string) => Buffer.concat([Buffer.from([type, 1]), parseMac(mac)]);

/** By default the workload's question who has the gateway. */
export function nd(over: Partial<NdSpec> = {}): Buffer {
  const spec: NdSpec = {
    ethernetSource: WORKLOAD.mac,
    ethernetDestination: '33:33:ff:00:00:01',
    source: WORKLOAD[6],
    destination: 'ff02::1:ff00:1',
    type: ND.solicit,
    code: 0,
    target: GATEWAY[6],
    hopLimit: 255,
    flags: 0,
    options: linkLayer(1, WORKLOAD.mac),
    fragment: null,
    ...over,
  };
  const body = Buffer.concat([
    Buffer.from([spec.type, spec.code, 0, 0, spec.flags, 0, 0, 0]),
    address(spec.target, 6),
    spec.options,
  ]);
  return frame({
    sourceMac: spec.ethernetSource,
    destinationMac: spec.ethernetDestination,
    source: spec.source,
    destination: spec.destination,
    family: 6,
    protocol: PROTOCOL.icmp6,
    body,
    hopLimit: spec.hopLimit,
    ...(spec.fragment ? { fragment: spec.fragment } : {}),
  });
}

/** The workload's answer to the host, who asked for its address. */
export const advert = (over: Partial<NdSpec> = {}) =>
  nd({
    type: ND.advert,
    ethernetDestination: GATEWAY.mac,
    destination: GATEWAY[6],
    target: WORKLOAD[6],
    flags: 0x60,
    options: linkLayer(2, WORKLOAD.mac),
    ...over,
  });

/** What the host's stack sends to the workload. */
export const hostNd = (over: Partial<NdSpec> = {}) =>
  nd({
    ethernetSource: GATEWAY.mac,
    ethernetDestination: WORKLOAD.mac,
    source: GATEWAY[6],
    destination: WORKLOAD[6],
    target: WORKLOAD[6],
    options: linkLayer(1, GATEWAY.mac),
    ...over,
  });

/** The Internet checksum (RFC 1071) over an ICMPv6 message of a frame without extension headers; 0: it is right. */
export function icmp6Checksum(data: Buffer): number {
  const message = data.subarray(54, 54 + data.readUInt16BE(18));
  const pseudo = Buffer.concat([data.subarray(22, 54), u16(0, message.length, 0, PROTOCOL.icmp6)]);
  const all = Buffer.concat([pseudo, message, Buffer.alloc(message.length % 2)]);
  let sum = 0;
  for (let i = 0; i < all.length; i += 2) sum += all.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
