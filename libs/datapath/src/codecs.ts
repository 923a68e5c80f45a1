import { type Family, formatAddress, formatMac, parseAddress, parseMac, parsePrefix } from './address.js';
import { DatapathError } from './errors.js';
import * as layout from './generated/layout.js';
import type {
  DatapathConfig,
  EndpointEntry,
  FlowEvent,
  InfrastructureEntry,
  InterfaceEntry,
  IpcacheEntry,
  PolicyClassEntry,
  PolicyEntry,
} from './model.js';
import type { MapCodec } from './typed-map.js';

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

function packed(text: string | null, family: Family): Buffer {
  if (text === null) return NO_ADDRESS;
  const address = parseAddress(text);
  if (address.family !== family) throw new DatapathError('BAD_ADDRESS', `${text} is not of IPv${family}`);
  return address.bytes;
}

const unpacked = (bytes: Uint8Array, family: Family): string | null =>
  NO_ADDRESS.equals(bytes) ? null : formatAddress(family, bytes);

const endpointOut = (value: EndpointEntry): layout.EndpointValue => ({
  ...value,
  mac: parseMac(value.mac),
  hostMac: parseMac(value.hostMac),
});
const endpointIn = (value: layout.EndpointValue): EndpointEntry => ({
  ...value,
  mac: formatMac(value.mac),
  hostMac: formatMac(value.hostMac),
});

/** endpoints: address to workload. */
export const endpointsCodec: MapCodec<string, EndpointEntry> = {
  keySize: layout.endpoint_key.size,
  valueSize: layout.endpoint_value.size,
  encodeKey(address) {
    const { family, bytes } = parseAddress(address);
    return layout.encodeEndpointKey({ addr: bytes, family });
  },
  decodeKey(bytes) {
    const { addr, family } = layout.decodeEndpointKey(bytes);
    return formatAddress(family as Family, addr);
  },
  encodeValue: (value) => layout.encodeEndpointValue(endpointOut(value)),
  decodeValue: (bytes) => endpointIn(layout.decodeEndpointValue(bytes)),
};

/** interfaces: ifindex to what may enter there. */
export const interfacesCodec: MapCodec<number, InterfaceEntry> = {
  keySize: 4,
  valueSize: layout.interface_value.size,
  encodeKey: (ifindex) => u32Codec.encode(ifindex),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue: (value) =>
    layout.encodeInterfaceValue({
      addr4: packed(value.address4, 4),
      addr6: packed(value.address6, 6),
      gateway4: packed(value.gateway4, 4),
      gateway6: packed(value.gateway6, 6),
      endpoint: endpointOut(value.endpoint),
    }),
  decodeValue(bytes) {
    const { addr4, addr6, gateway4, gateway6, endpoint } = layout.decodeInterfaceValue(bytes);
    return {
      address4: unpacked(addr4, 4),
      address6: unpacked(addr6, 6),
      gateway4: unpacked(gateway4, 4),
      gateway6: unpacked(gateway6, 6),
      endpoint: endpointIn(endpoint),
    };
  },
};

/** Bits of the family that stand before the address in an ipcache key. */
const FAMILY_BITS = 32;
const TUNNEL6 = layout.IpcacheFlags.IPC_TUNNEL6;

/** ipcache: prefix to identity and place. Whether the tunnel is IPv6 follows from its address. */
export const ipcacheCodec: MapCodec<string, IpcacheEntry> = {
  keySize: layout.ipcache_key.size,
  valueSize: layout.ipcache_value.size,
  encodeKey(prefix) {
    const { family, bytes, length } = parsePrefix(prefix);
    return layout.encodeIpcacheKey({ prefixlen: FAMILY_BITS + length, family, addr: bytes });
  },
  decodeKey(bytes) {
    const { prefixlen, family, addr } = layout.decodeIpcacheKey(bytes);
    return `${formatAddress(family as Family, addr)}/${prefixlen - FAMILY_BITS}`;
  },
  encodeValue({ identity, flags, tunnel, encryptKey }) {
    const six = tunnel?.includes(':') === true;
    return layout.encodeIpcacheValue({
      identity,
      flags: (flags & ~TUNNEL6) | (six ? TUNNEL6 : 0),
      tunnel: packed(tunnel, six ? 6 : 4),
      encryptKey,
    });
  },
  decodeValue(bytes) {
    const { tunnel, ...value } = layout.decodeIpcacheValue(bytes);
    return { ...value, tunnel: unpacked(tunnel, value.flags & TUNNEL6 ? 6 : 4) };
  },
};

/** policy_classes: class to slot and epoch. */
export const classesCodec: MapCodec<number, PolicyClassEntry> = {
  keySize: 4,
  valueSize: layout.policy_class_value.size,
  encodeKey: (policyClass) => u32Codec.encode(policyClass),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue: ({ defaultCookies, stagedDefaultCookies, ...value }) =>
    layout.encodePolicyClassValue({
      ...value,
      defaultCookie: defaultCookies,
      stagedDefaultCookie: stagedDefaultCookies,
    }),
  decodeValue(bytes) {
    const { defaultCookie, stagedDefaultCookie, ...value } = layout.decodePolicyClassValue(bytes);
    return { ...value, defaultCookies: defaultCookie, stagedDefaultCookies: stagedDefaultCookie };
  },
};

/** host: the node itself, as one endpoint. */
export const hostCodec: MapCodec<number, EndpointEntry> = {
  keySize: 4,
  valueSize: layout.endpoint_value.size,
  encodeKey: (index) => u32Codec.encode(index),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue: (value) => layout.encodeEndpointValue(endpointOut(value)),
  decodeValue: (bytes) => endpointIn(layout.decodeEndpointValue(bytes)),
};

/** infrastructure: a set of ports. */
export const infrastructureCodec: MapCodec<InfrastructureEntry, number> = {
  keySize: layout.infrastructure_key.size,
  valueSize: 4,
  encodeKey({ address, port, protocol }) {
    const { family, bytes } = parseAddress(address);
    return layout.encodeInfrastructureKey({ addr: bytes, family, port, protocol });
  },
  decodeKey(bytes) {
    const { addr, family, port, protocol } = layout.decodeInfrastructureKey(bytes);
    return { address: formatAddress(family as Family, addr), port, protocol };
  },
  encodeValue: (value) => u32Codec.encode(value),
  decodeValue: (bytes) => u32Codec.decode(bytes),
};

function policyPrefix(entry: PolicyEntry): number {
  if (entry.protocol !== 0) return layout.POLICY_PREFIX_PROTO + entry.portBits;
  if (entry.portBits === 0) return layout.POLICY_PREFIX_ANY;
  throw new DatapathError('BAD_ENTRY', 'a policy entry for any protocol cannot name a port');
}

/** Inner policy maps. */
export const policyCodec = {
  encodeKey(entry: PolicyEntry): Buffer {
    const mask = (0xffff << (16 - entry.portBits)) & 0xffff;
    return layout.encodePolicyKey({
      prefixlen: policyPrefix(entry),
      identity: entry.identity,
      direction: entry.direction === 'ingress' ? layout.Direction.DIR_INGRESS : layout.Direction.DIR_EGRESS,
      protocol: entry.protocol,
      port: entry.port & mask,
    });
  },
  encodeValue(entry: PolicyEntry): Buffer {
    if (entry.cookie === 0) throw new DatapathError('BAD_ENTRY', 'a policy entry without a cookie');
    const { precedence, cookie, ruleSet, auth } = entry;
    const verdict = entry.deny ? layout.Verdict.VERDICT_DENY : layout.Verdict.VERDICT_ALLOW;
    return layout.encodePolicyEntry({ precedence, cookie, ruleSet, verdict, auth });
  },
  cookieOf: (value: Buffer): number => layout.decodePolicyEntry(value).cookie,
  decode(key: Buffer, value: Buffer): PolicyEntry {
    const { prefixlen, identity, direction, protocol, port } = layout.decodePolicyKey(key);
    const { verdict, ...rest } = layout.decodePolicyEntry(value);
    return {
      ...rest,
      identity,
      direction: direction === layout.Direction.DIR_INGRESS ? 'ingress' : 'egress',
      protocol,
      port,
      portBits: Math.max(0, prefixlen - layout.POLICY_PREFIX_PROTO),
      // Whatever is not an allow denies.
      deny: verdict !== layout.Verdict.VERDICT_ALLOW,
    };
  },
};

const MILLISECOND = 1_000_000n;
const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1000)) * MILLISECOND;
const seconds = (value: bigint): number => Number(value / MILLISECOND) / 1000;

/** config: one element with what may change while the programs run. */
export const configCodec: MapCodec<number, DatapathConfig> = {
  keySize: 4,
  valueSize: layout.config.size,
  encodeKey: (index) => u32Codec.encode(index),
  decodeKey: (bytes) => u32Codec.decode(bytes),
  encodeValue: ({ node4, node6, tcpEstablished, tcpSyn, tcpClosing, other, ...value }) =>
    layout.encodeConfig({
      ...value,
      node4: packed(node4, 4),
      node6: packed(node6, 6),
      ctTcpEstablished: nanoseconds(tcpEstablished),
      ctTcpSyn: nanoseconds(tcpSyn),
      ctTcpClosing: nanoseconds(tcpClosing),
      ctOther: nanoseconds(other),
    }),
  decodeValue(bytes) {
    const { node4, node6, ctTcpEstablished, ctTcpSyn, ctTcpClosing, ctOther, ...value } =
      layout.decodeConfig(bytes);
    return {
      ...value,
      node4: unpacked(node4, 4),
      node6: unpacked(node6, 6),
      tcpEstablished: seconds(ctTcpEstablished),
      tcpSyn: seconds(ctTcpSyn),
      tcpClosing: seconds(ctTcpClosing),
      other: seconds(ctOther),
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
  const { src, dst, srcIdentity, dstIdentity, sport, dport, ...event } = layout.decodeFlowEvent(bytes);
  const family = event.family === 4 ? 4 : event.family === 6 ? 6 : 0;
  return {
    ...event,
    family,
    source: family === 0 ? '' : formatAddress(family, src),
    destination: family === 0 ? '' : formatAddress(family, dst),
    sourceIdentity: srcIdentity,
    destinationIdentity: dstIdentity,
    sourcePort: sport,
    destinationPort: dport,
  };
}
