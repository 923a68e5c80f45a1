import {
  type Family,
  formatAddress,
  formatMac,
  type PackedPrefix,
  parseAddress,
  parseMac,
  parsePrefix,
} from './address.js';
import { DatapathError } from './errors.js';
import type {
  DatapathConfig,
  EndpointEntry,
  FlowEvent,
  InterfaceEntry,
  IpcacheEntry,
  PolicyClassEntry,
  PolicyEntry,
} from './model.js';
import type { MapCodec } from './typed-map.js';
import * as layout from './layout.js';

export const POLICY_KEY_SIZE = layout.policy_key.size;
export const POLICY_VALUE_SIZE = layout.policy_entry.size;

/** A u32 in host order. */
export const u32Codec = {
  encode(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return bytes;
  },
  decode: (bytes: Buffer): number => bytes.readUInt32LE(0),
};

const NO_ADDRESS = Buffer.alloc(16);

function putAddress(target: Buffer, offset: number, text: string | null, family: Family): void {
  if (text === null) return;
  const address = parseAddress(text);
  if (address.family !== family) throw new DatapathError('BAD_ADDRESS', `${text} is not of IPv${family}`);
  target.set(address.bytes, offset);
}

function getAddress(bytes: Buffer, offset: number, family: Family): string | null {
  const raw = bytes.subarray(offset, offset + 16);
  return raw.equals(NO_ADDRESS) ? null : formatAddress(family, raw);
}

function writeEndpoint(target: Buffer, base: number, value: EndpointEntry): void {
  const at = layout.endpoint_value.offsets;
  target.writeUInt32LE(value.ifindex, base + at.ifindex);
  target.writeUInt32LE(value.endpointId, base + at.endpoint_id);
  target.writeUInt32LE(value.identity, base + at.identity);
  target.writeUInt32LE(value.policyClass, base + at.policy_class);
  target.writeUInt32LE(value.flags, base + at.flags);
  target.set(parseMac(value.mac), base + at.mac);
  target.set(parseMac(value.hostMac), base + at.host_mac);
}

function readEndpoint(bytes: Buffer, base: number): EndpointEntry {
  const at = layout.endpoint_value.offsets;
  return {
    ifindex: bytes.readUInt32LE(base + at.ifindex),
    endpointId: bytes.readUInt32LE(base + at.endpoint_id),
    identity: bytes.readUInt32LE(base + at.identity),
    policyClass: bytes.readUInt32LE(base + at.policy_class),
    flags: bytes.readUInt32LE(base + at.flags),
    mac: formatMac(bytes.subarray(base + at.mac, base + at.mac + 6)),
    hostMac: formatMac(bytes.subarray(base + at.host_mac, base + at.host_mac + 6)),
  };
}

/** endpoints: address to workload. */
export const endpointsCodec: MapCodec<string, EndpointEntry> = {
  keySize: layout.endpoint_key.size,
  valueSize: layout.endpoint_value.size,
  encodeKey(address) {
    const key = Buffer.alloc(layout.endpoint_key.size);
    const { family, bytes } = parseAddress(address);
    key.set(bytes, layout.endpoint_key.offsets.addr);
    key.writeUInt32LE(family, layout.endpoint_key.offsets.family);
    return key;
  },
  decodeKey(bytes) {
    const { addr, family } = layout.endpoint_key.offsets;
    return formatAddress(bytes.readUInt32LE(family) as Family, bytes.subarray(addr, addr + 16));
  },
  encodeValue(value) {
    const bytes = Buffer.alloc(layout.endpoint_value.size);
    writeEndpoint(bytes, 0, value);
    return bytes;
  },
  decodeValue: (bytes) => readEndpoint(bytes, 0),
};

/** interfaces: ifindex to what may enter there. */
export const interfacesCodec: MapCodec<number, InterfaceEntry> = {
  keySize: 4,
  valueSize: layout.interface_value.size,
  encodeKey: (ifindex) => u32Codec.encode(ifindex),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue(value) {
    const at = layout.interface_value.offsets;
    const bytes = Buffer.alloc(layout.interface_value.size);
    putAddress(bytes, at.addr4, value.address4, 4);
    putAddress(bytes, at.addr6, value.address6, 6);
    putAddress(bytes, at.gateway4, value.gateway4, 4);
    putAddress(bytes, at.gateway6, value.gateway6, 6);
    writeEndpoint(bytes, at.endpoint, value.endpoint);
    return bytes;
  },
  decodeValue(bytes) {
    const at = layout.interface_value.offsets;
    return {
      address4: getAddress(bytes, at.addr4, 4),
      address6: getAddress(bytes, at.addr6, 6),
      gateway4: getAddress(bytes, at.gateway4, 4),
      gateway6: getAddress(bytes, at.gateway6, 6),
      endpoint: readEndpoint(bytes, at.endpoint),
    };
  },
};

/** Bits of the family that stand before the address in an ipcache key. */
const FAMILY_BITS = 32;
const TUNNEL6 = 4;

/** ipcache: prefix to identity and place. */
export const ipcacheCodec: MapCodec<string, IpcacheEntry> = {
  keySize: layout.ipcache_key.size,
  valueSize: layout.ipcache_value.size,
  encodeKey(prefix) {
    const at = layout.ipcache_key.offsets;
    const packed: PackedPrefix = parsePrefix(prefix);
    const key = Buffer.alloc(layout.ipcache_key.size);
    key.writeUInt32LE(FAMILY_BITS + packed.length, at.prefixlen);
    key.writeUInt32BE(packed.family, at.family);
    key.set(packed.bytes, at.addr);
    return key;
  },
  decodeKey(bytes) {
    const at = layout.ipcache_key.offsets;
    const family = bytes.readUInt32BE(at.family) as Family;
    const length = bytes.readUInt32LE(at.prefixlen) - FAMILY_BITS;
    return `${formatAddress(family, bytes.subarray(at.addr, at.addr + 16))}/${length}`;
  },
  encodeValue(value) {
    const at = layout.ipcache_value.offsets;
    const bytes = Buffer.alloc(layout.ipcache_value.size);
    bytes.writeUInt32LE(value.identity, at.identity);
    const tunnel6 = value.tunnel?.includes(':') === true;
    bytes.writeUInt32LE((value.flags & ~TUNNEL6) | (tunnel6 ? TUNNEL6 : 0), at.flags);
    putAddress(bytes, at.tunnel, value.tunnel, tunnel6 ? 6 : 4);
    bytes.writeUInt32LE(value.encryptKey, at.encrypt_key);
    return bytes;
  },
  decodeValue(bytes) {
    const at = layout.ipcache_value.offsets;
    const flags = bytes.readUInt32LE(at.flags);
    return {
      identity: bytes.readUInt32LE(at.identity),
      flags,
      tunnel: getAddress(bytes, at.tunnel, flags & TUNNEL6 ? 6 : 4),
      encryptKey: bytes.readUInt32LE(at.encrypt_key),
    };
  },
};

/** policy_classes: class to slot and epoch. */
export const classesCodec: MapCodec<number, PolicyClassEntry> = {
  keySize: 4,
  valueSize: layout.policy_class_value.size,
  encodeKey: (policyClass) => u32Codec.encode(policyClass),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue(value) {
    const at = layout.policy_class_value.offsets;
    const bytes = Buffer.alloc(layout.policy_class_value.size);
    bytes.writeUInt32LE(value.slot, at.slot);
    bytes.writeUInt32LE(value.flags, at.flags);
    bytes.writeBigUInt64LE(value.epoch, at.epoch);
    bytes.writeUInt32LE(value.defaultCookies[0], at.default_cookie);
    bytes.writeUInt32LE(value.defaultCookies[1], at.default_cookie + 4);
    return bytes;
  },
  decodeValue(bytes) {
    const at = layout.policy_class_value.offsets;
    return {
      slot: bytes.readUInt32LE(at.slot),
      flags: bytes.readUInt32LE(at.flags),
      epoch: bytes.readBigUInt64LE(at.epoch),
      defaultCookies: [bytes.readUInt32LE(at.default_cookie), bytes.readUInt32LE(at.default_cookie + 4)],
    };
  },
};

const ANY_PROTOCOL = 40;
const ANY_PORT = 48;

function policyPrefix(entry: PolicyEntry): number {
  if (entry.protocol === 0) {
    if (entry.portBits !== 0)
      throw new DatapathError('BAD_ENTRY', 'a policy entry for any protocol cannot name a port');
    return ANY_PROTOCOL;
  }
  return ANY_PORT + entry.portBits;
}

/** Inner policy maps. */
export const policyCodec = {
  encodeKey(entry: PolicyEntry): Buffer {
    const at = layout.policy_key.offsets;
    const key = Buffer.alloc(POLICY_KEY_SIZE);
    key.writeUInt32LE(policyPrefix(entry), at.prefixlen);
    key.writeUInt32BE(entry.identity >>> 0, at.identity);
    key[at.direction] = entry.direction === 'ingress' ? 1 : 0;
    key[at.protocol] = entry.protocol;
    const mask = (0xffff << (16 - entry.portBits)) & 0xffff;
    key.writeUInt16BE(entry.portBits === 0 ? 0 : entry.port & mask, at.port);
    return key;
  },
  encodeValue(entry: PolicyEntry): Buffer {
    if (entry.cookie === 0) throw new DatapathError('BAD_ENTRY', 'a policy entry without a cookie');
    const at = layout.policy_entry.offsets;
    const value = Buffer.alloc(POLICY_VALUE_SIZE);
    value.writeUInt32LE(entry.precedence >>> 0, at.precedence);
    value.writeUInt32LE(entry.cookie, at.cookie);
    value.writeUInt16LE(entry.ruleSet, at.rule_set);
    value[at.verdict] = entry.deny ? 2 : 1;
    value[at.auth] = entry.auth;
    return value;
  },
  decode(key: Buffer, value: Buffer): PolicyEntry {
    const k = layout.policy_key.offsets;
    const v = layout.policy_entry.offsets;
    const prefix = key.readUInt32LE(k.prefixlen);
    return {
      identity: key.readUInt32BE(k.identity),
      direction: key[k.direction] === 1 ? 'ingress' : 'egress',
      protocol: key[k.protocol] ?? 0,
      port: key.readUInt16BE(k.port),
      portBits: Math.max(0, prefix - ANY_PORT),
      deny: value[v.verdict] !== 1,
      precedence: value.readUInt32LE(v.precedence),
      cookie: value.readUInt32LE(v.cookie),
      ruleSet: value.readUInt16LE(v.rule_set),
      auth: value[v.auth] ?? 0,
    };
  },
};

const SECOND = 1_000_000_000n;
const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1000)) * (SECOND / 1000n);
const seconds = (value: bigint): number => Number(value / (SECOND / 1000n)) / 1000;

/** config: one element with what may change while the programs run. */
export const configCodec: MapCodec<number, DatapathConfig> = {
  keySize: 4,
  valueSize: layout.config.size,
  encodeKey: (index) => u32Codec.encode(index),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue(value) {
    const at = layout.config.offsets;
    const bytes = Buffer.alloc(layout.config.size);
    bytes.writeUInt32LE(value.flags, at.flags);
    bytes.writeUInt32LE(value.vxlanIfindex, at.vxlan_ifindex);
    bytes.writeUInt32LE(value.underlayIfindex, at.underlay_ifindex);
    bytes.writeUInt16BE(value.tunnelPort, at.tunnel_port);
    putAddress(bytes, at.node4, value.node4, 4);
    putAddress(bytes, at.node6, value.node6, 6);
    bytes.writeBigUInt64LE(nanoseconds(value.tcpEstablished), at.ct_tcp_established);
    bytes.writeBigUInt64LE(nanoseconds(value.tcpSyn), at.ct_tcp_syn);
    bytes.writeBigUInt64LE(nanoseconds(value.tcpClosing), at.ct_tcp_closing);
    bytes.writeBigUInt64LE(nanoseconds(value.other), at.ct_other);
    bytes.writeUInt32LE(value.hostMark >>> 0, at.host_mark);
    bytes.writeUInt32LE(value.hostMarkMask >>> 0, at.host_mark_mask);
    bytes.writeUInt32LE(value.flowSample, at.flow_sample);
    return bytes;
  },
  decodeValue(bytes) {
    const at = layout.config.offsets;
    return {
      flags: bytes.readUInt32LE(at.flags),
      vxlanIfindex: bytes.readUInt32LE(at.vxlan_ifindex),
      underlayIfindex: bytes.readUInt32LE(at.underlay_ifindex),
      tunnelPort: bytes.readUInt16BE(at.tunnel_port),
      node4: getAddress(bytes, at.node4, 4),
      node6: getAddress(bytes, at.node6, 6),
      tcpEstablished: seconds(bytes.readBigUInt64LE(at.ct_tcp_established)),
      tcpSyn: seconds(bytes.readBigUInt64LE(at.ct_tcp_syn)),
      tcpClosing: seconds(bytes.readBigUInt64LE(at.ct_tcp_closing)),
      other: seconds(bytes.readBigUInt64LE(at.ct_other)),
      hostMark: bytes.readUInt32LE(at.host_mark),
      hostMarkMask: bytes.readUInt32LE(at.host_mark_mask),
      flowSample: bytes.readUInt32LE(at.flow_sample),
    };
  },
};

/** One record of the ring buffer; throws LAYOUT where it is shorter than a flow_event. */
export function decodeFlowEvent(bytes: Buffer): FlowEvent {
  if (bytes.length < layout.flow_event.size) {
    throw new DatapathError(
      'LAYOUT',
      `an event of ${bytes.length} bytes, ${layout.flow_event.size} expected`,
    );
  }
  const at = layout.flow_event.offsets;
  const family = bytes[at.family] === 4 ? 4 : bytes[at.family] === 6 ? 6 : 0;
  const address = (offset: number): string =>
    family === 0 ? '' : formatAddress(family, bytes.subarray(offset, offset + 16));
  return {
    time: bytes.readBigUInt64LE(at.time),
    epoch: bytes.readBigUInt64LE(at.epoch),
    source: address(at.src),
    destination: address(at.dst),
    sourceIdentity: bytes.readUInt32LE(at.src_identity),
    destinationIdentity: bytes.readUInt32LE(at.dst_identity),
    cookie: bytes.readUInt32LE(at.cookie),
    ifindex: bytes.readUInt32LE(at.ifindex),
    endpointId: bytes.readUInt32LE(at.endpoint_id),
    length: bytes.readUInt32LE(at.length),
    sourcePort: bytes.readUInt16BE(at.sport),
    destinationPort: bytes.readUInt16BE(at.dport),
    type: bytes[at.type] ?? 0,
    verdict: bytes[at.verdict] ?? 0,
    reason: bytes[at.reason] ?? 0,
    hook: bytes[at.hook] ?? 0,
    family,
    protocol: bytes[at.protocol] ?? 0,
    tcpFlags: bytes[at.tcp_flags] ?? 0,
    flags: bytes[at.flags] ?? 0,
  };
}
