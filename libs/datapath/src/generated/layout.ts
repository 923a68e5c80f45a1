// Generated from bpf/lib/types.h by libs/datapath/scripts/generate.mjs. Do not edit.
//
// Integers are little-endian, as in the objects (bpfel), but big-endian where the C type is __be. Addresses and MACs are
// bytes; what decode gives of them are views of the buffer. Padding is written as zero and is no part of a value.

/** Throws RangeError where there is no room for the struct. */
function room(buffer: Buffer, offset: number, size: number, what: string): void {
  if (Number.isInteger(offset) && offset >= 0 && offset + size <= buffer.length) return;
  throw new RangeError(`${what} has ${size} bytes, got ${buffer.length} and offset ${offset}`);
}

function putBytes(buffer: Buffer, offset: number, bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size) throw new RangeError(`${what} has ${size} bytes, got ${bytes.length}`);
  buffer.set(bytes, offset);
}

export const SLUICE_LAYOUT_VERSION = 2;
export const POLICY_PREFIX_ANY = 40;
export const POLICY_PREFIX_PROTO = 48;
export const POLICY_PREFIX_PORT = 64;
export const HALF_OPEN_SLOTS = 8;

/** enum sluice_identity */
export const Identity = {
  ID_ANY: 0,
  ID_HOST: 1,
  ID_WORLD: 2,
  ID_UNMANAGED: 3,
  ID_HEALTH: 4,
  ID_INIT: 5,
  ID_REMOTE_NODE: 6,
  ID_KUBE_APISERVER: 7,
  ID_INGRESS: 8,
  ID_WORLD_IPV4: 9,
  ID_WORLD_IPV6: 10,
  ID_UNKNOWN: 11,
  ID_CLUSTER: 12,
  ID_CLUSTER_MIN: 256,
  ID_CLUSTER_MAX: 16777215,
  ID_CIDR_FLAG: 16777216,
  ID_NODE_FLAG: 33554432,
} as const;
export type Identity = (typeof Identity)[keyof typeof Identity];

/** enum sluice_direction */
export const Direction = {
  DIR_EGRESS: 0,
  DIR_INGRESS: 1,
} as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** enum sluice_verdict */
export const Verdict = {
  VERDICT_NONE: 0,
  VERDICT_ALLOW: 1,
  VERDICT_DENY: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** enum sluice_endpoint_flags */
export const EndpointFlags = {
  EP_REDIRECT_PEER: 1,
  EP_READY: 4,
} as const;
export type EndpointFlags = (typeof EndpointFlags)[keyof typeof EndpointFlags];

/** enum sluice_ipcache_flags */
export const IpcacheFlags = {
  IPC_TUNNEL: 1,
  IPC_NODE: 2,
  IPC_TUNNEL6: 4,
} as const;
export type IpcacheFlags = (typeof IpcacheFlags)[keyof typeof IpcacheFlags];

/** enum sluice_class_flags */
export const ClassFlags = {
  CLASS_LOCKDOWN: 1,
  CLASS_WRITING: 2,
  CLASS_STAGED: 4,
} as const;
export type ClassFlags = (typeof ClassFlags)[keyof typeof ClassFlags];

/** enum sluice_ct_flags */
export const CtFlags = {
  CT_INIT_FROM_A: 1,
  CT_SEEN_REPLY: 2,
  CT_FIN_A: 4,
  CT_FIN_B: 8,
  CT_RST: 16,
  CT_ESTABLISHED: 32,
} as const;
export type CtFlags = (typeof CtFlags)[keyof typeof CtFlags];

/** enum sluice_config_flags */
export const ConfigFlags = {
  CFG_TUNNEL: 1,
  CFG_FLOWS: 4,
  CFG_FOREIGN_NEXT: 16,
  CFG_STANDBY: 256,
  CFG_HANDOVER: 512,
  CFG_RETIRED: 1024,
  CFG_SETTLING: 2048,
} as const;
export type ConfigFlags = (typeof ConfigFlags)[keyof typeof ConfigFlags];

/** enum sluice_reason */
export const Reason = {
  REASON_FORWARDED: 0,
  DROP_POLICY_DENY: 1,
  DROP_POLICY_DEFAULT: 2,
  DROP_NO_POLICY: 3,
  DROP_LOCKDOWN: 4,
  DROP_NOT_READY: 5,
  DROP_SPOOF_ADDR: 6,
  DROP_SPOOF_MAC: 7,
  DROP_UNKNOWN_INTERFACE: 8,
  DROP_MALFORMED: 9,
  DROP_UNKNOWN_L3: 10,
  DROP_UNKNOWN_L4: 11,
  DROP_IP_OPTIONS: 12,
  DROP_EXT_HEADER: 13,
  DROP_FRAG_ORPHAN: 14,
  DROP_FRAG_OVERLAP: 15,
  DROP_FRAG_SHORT: 16,
  DROP_UNKNOWN_DEST: 17,
  DROP_TUNNEL_FORGED: 18,
  DROP_OVERLAY_SOURCE: 19,
  DROP_OVERLAY_IDENTITY: 20,
  DROP_UNDERLAY_SOURCE: 21,
  DROP_ND_FORBIDDEN: 22,
  DROP_ARP_FORBIDDEN: 23,
  DROP_ND_IGNORED: 24,
  DROP_NO_TUNNEL: 25,
  DROP_CT_INVALID: 26,
  DROP_CT_FULL: 27,
  DROP_REDIRECT: 28,
  DROP_NO_CONFIG: 29,
  DROP_TTL: 30,
  DROP_MTU: 31,
  DROP_ICMP_UNRELATED: 32,
  DROP_MULTICAST: 33,
  REASON_MAX: 64,
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

/** enum sluice_hook */
export const Hook = {
  HOOK_FROM_ENDPOINT: 1,
  HOOK_TO_ENDPOINT: 2,
  HOOK_FROM_OVERLAY: 3,
  HOOK_TO_OVERLAY: 4,
  HOOK_UNDERLAY: 5,
  HOOK_FROM_HOST: 6,
} as const;
export type Hook = (typeof Hook)[keyof typeof Hook];

/** enum sluice_event_type */
export const EventType = {
  EVENT_VERDICT: 1,
  EVENT_DROP: 2,
  EVENT_STAGED: 3,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** enum sluice_event_flags */
export const EventFlags = {
  EVF_REPLY: 1,
  EVF_DIR_INGRESS: 2,
  EVF_SELF: 8,
  EVF_MODE_NEVER: 16,
} as const;
export type EventFlags = (typeof EventFlags)[keyof typeof EventFlags];

/** Size and offsets of struct endpoint_key. */
export const endpoint_key = { size: 20, offsets: { addr: 0, family: 16 } } as const;

/** struct endpoint_key */
export interface EndpointKey {
  readonly addr: Uint8Array;
  readonly family: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeEndpointKey(value: EndpointKey, buffer: Buffer = Buffer.alloc(20), offset = 0): Buffer {
  room(buffer, offset, 20, 'endpoint_key');
  buffer.fill(0, offset, offset + 20);
  putBytes(buffer, offset, value.addr, 16, 'addr');
  buffer.writeUInt32LE(value.family, offset + 16);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeEndpointKey(buffer: Buffer, offset = 0): EndpointKey {
  room(buffer, offset, 20, 'endpoint_key');
  return {
    addr: buffer.subarray(offset, offset + 16),
    family: buffer.readUInt32LE(offset + 16),
  };
}

/** Size and offsets of struct endpoint_value. */
export const endpoint_value = { size: 32, offsets: { ifindex: 0, endpoint_id: 4, identity: 8, policy_class: 12, flags: 16, mac: 20, host_mac: 26 } } as const;

/** struct endpoint_value */
export interface EndpointValue {
  readonly ifindex: number;
  readonly endpointId: number;
  readonly identity: number;
  readonly policyClass: number;
  readonly flags: number;
  readonly mac: Uint8Array;
  readonly hostMac: Uint8Array;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeEndpointValue(value: EndpointValue, buffer: Buffer = Buffer.alloc(32), offset = 0): Buffer {
  room(buffer, offset, 32, 'endpoint_value');
  buffer.fill(0, offset, offset + 32);
  buffer.writeUInt32LE(value.ifindex, offset);
  buffer.writeUInt32LE(value.endpointId, offset + 4);
  buffer.writeUInt32LE(value.identity, offset + 8);
  buffer.writeUInt32LE(value.policyClass, offset + 12);
  buffer.writeUInt32LE(value.flags, offset + 16);
  putBytes(buffer, offset + 20, value.mac, 6, 'mac');
  putBytes(buffer, offset + 26, value.hostMac, 6, 'hostMac');
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeEndpointValue(buffer: Buffer, offset = 0): EndpointValue {
  room(buffer, offset, 32, 'endpoint_value');
  return {
    ifindex: buffer.readUInt32LE(offset),
    endpointId: buffer.readUInt32LE(offset + 4),
    identity: buffer.readUInt32LE(offset + 8),
    policyClass: buffer.readUInt32LE(offset + 12),
    flags: buffer.readUInt32LE(offset + 16),
    mac: buffer.subarray(offset + 20, offset + 26),
    hostMac: buffer.subarray(offset + 26, offset + 32),
  };
}

/** Size and offsets of struct interface_value. */
export const interface_value = { size: 96, offsets: { addr4: 0, addr6: 16, gateway4: 32, gateway6: 48, endpoint: 64 } } as const;

/** struct interface_value */
export interface InterfaceValue {
  readonly addr4: Uint8Array;
  readonly addr6: Uint8Array;
  readonly gateway4: Uint8Array;
  readonly gateway6: Uint8Array;
  readonly endpoint: EndpointValue;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeInterfaceValue(value: InterfaceValue, buffer: Buffer = Buffer.alloc(96), offset = 0): Buffer {
  room(buffer, offset, 96, 'interface_value');
  buffer.fill(0, offset, offset + 96);
  putBytes(buffer, offset, value.addr4, 16, 'addr4');
  putBytes(buffer, offset + 16, value.addr6, 16, 'addr6');
  putBytes(buffer, offset + 32, value.gateway4, 16, 'gateway4');
  putBytes(buffer, offset + 48, value.gateway6, 16, 'gateway6');
  encodeEndpointValue(value.endpoint, buffer, offset + 64);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeInterfaceValue(buffer: Buffer, offset = 0): InterfaceValue {
  room(buffer, offset, 96, 'interface_value');
  return {
    addr4: buffer.subarray(offset, offset + 16),
    addr6: buffer.subarray(offset + 16, offset + 32),
    gateway4: buffer.subarray(offset + 32, offset + 48),
    gateway6: buffer.subarray(offset + 48, offset + 64),
    endpoint: decodeEndpointValue(buffer, offset + 64),
  };
}

/** Size and offsets of struct ipcache_key. */
export const ipcache_key = { size: 24, offsets: { prefixlen: 0, family: 4, addr: 8 } } as const;

/** struct ipcache_key */
export interface IpcacheKey {
  readonly prefixlen: number;
  readonly family: number;
  readonly addr: Uint8Array;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeIpcacheKey(value: IpcacheKey, buffer: Buffer = Buffer.alloc(24), offset = 0): Buffer {
  room(buffer, offset, 24, 'ipcache_key');
  buffer.fill(0, offset, offset + 24);
  buffer.writeUInt32LE(value.prefixlen, offset);
  buffer.writeUInt32BE(value.family, offset + 4);
  putBytes(buffer, offset + 8, value.addr, 16, 'addr');
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeIpcacheKey(buffer: Buffer, offset = 0): IpcacheKey {
  room(buffer, offset, 24, 'ipcache_key');
  return {
    prefixlen: buffer.readUInt32LE(offset),
    family: buffer.readUInt32BE(offset + 4),
    addr: buffer.subarray(offset + 8, offset + 24),
  };
}

/** Size and offsets of struct ipcache_value. */
export const ipcache_value = { size: 28, offsets: { identity: 0, flags: 4, tunnel: 8, encrypt_key: 24 } } as const;

/** struct ipcache_value */
export interface IpcacheValue {
  readonly identity: number;
  readonly flags: number;
  readonly tunnel: Uint8Array;
  readonly encryptKey: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeIpcacheValue(value: IpcacheValue, buffer: Buffer = Buffer.alloc(28), offset = 0): Buffer {
  room(buffer, offset, 28, 'ipcache_value');
  buffer.fill(0, offset, offset + 28);
  buffer.writeUInt32LE(value.identity, offset);
  buffer.writeUInt32LE(value.flags, offset + 4);
  putBytes(buffer, offset + 8, value.tunnel, 16, 'tunnel');
  buffer.writeUInt32LE(value.encryptKey, offset + 24);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeIpcacheValue(buffer: Buffer, offset = 0): IpcacheValue {
  room(buffer, offset, 28, 'ipcache_value');
  return {
    identity: buffer.readUInt32LE(offset),
    flags: buffer.readUInt32LE(offset + 4),
    tunnel: buffer.subarray(offset + 8, offset + 24),
    encryptKey: buffer.readUInt32LE(offset + 24),
  };
}

/** Size and offsets of struct policy_key. */
export const policy_key = { size: 12, offsets: { prefixlen: 0, identity: 4, direction: 8, protocol: 9, port: 10 } } as const;

/** struct policy_key */
export interface PolicyKey {
  readonly prefixlen: number;
  readonly identity: number;
  readonly direction: number;
  readonly protocol: number;
  readonly port: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodePolicyKey(value: PolicyKey, buffer: Buffer = Buffer.alloc(12), offset = 0): Buffer {
  room(buffer, offset, 12, 'policy_key');
  buffer.fill(0, offset, offset + 12);
  buffer.writeUInt32LE(value.prefixlen, offset);
  buffer.writeUInt32BE(value.identity, offset + 4);
  buffer.writeUInt8(value.direction, offset + 8);
  buffer.writeUInt8(value.protocol, offset + 9);
  buffer.writeUInt16BE(value.port, offset + 10);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodePolicyKey(buffer: Buffer, offset = 0): PolicyKey {
  room(buffer, offset, 12, 'policy_key');
  return {
    prefixlen: buffer.readUInt32LE(offset),
    identity: buffer.readUInt32BE(offset + 4),
    direction: buffer.readUInt8(offset + 8),
    protocol: buffer.readUInt8(offset + 9),
    port: buffer.readUInt16BE(offset + 10),
  };
}

/** Size and offsets of struct policy_entry. */
export const policy_entry = { size: 12, offsets: { precedence: 0, cookie: 4, rule_set: 8, verdict: 10, auth: 11 } } as const;

/** struct policy_entry */
export interface PolicyEntry {
  readonly precedence: number;
  readonly cookie: number;
  readonly ruleSet: number;
  readonly verdict: number;
  readonly auth: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodePolicyEntry(value: PolicyEntry, buffer: Buffer = Buffer.alloc(12), offset = 0): Buffer {
  room(buffer, offset, 12, 'policy_entry');
  buffer.fill(0, offset, offset + 12);
  buffer.writeUInt32LE(value.precedence, offset);
  buffer.writeUInt32LE(value.cookie, offset + 4);
  buffer.writeUInt16LE(value.ruleSet, offset + 8);
  buffer.writeUInt8(value.verdict, offset + 10);
  buffer.writeUInt8(value.auth, offset + 11);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodePolicyEntry(buffer: Buffer, offset = 0): PolicyEntry {
  room(buffer, offset, 12, 'policy_entry');
  return {
    precedence: buffer.readUInt32LE(offset),
    cookie: buffer.readUInt32LE(offset + 4),
    ruleSet: buffer.readUInt16LE(offset + 8),
    verdict: buffer.readUInt8(offset + 10),
    auth: buffer.readUInt8(offset + 11),
  };
}

/** Size and offsets of struct policy_class_value. */
export const policy_class_value = { size: 40, offsets: { slot: 0, flags: 4, epoch: 8, default_cookie: 16, staged_slot: 24, staged_default_cookie: 28 } } as const;

/** struct policy_class_value */
export interface PolicyClassValue {
  readonly slot: number;
  readonly flags: number;
  readonly epoch: bigint;
  readonly defaultCookie: readonly [number, number];
  readonly stagedSlot: number;
  readonly stagedDefaultCookie: readonly [number, number];
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodePolicyClassValue(value: PolicyClassValue, buffer: Buffer = Buffer.alloc(40), offset = 0): Buffer {
  room(buffer, offset, 40, 'policy_class_value');
  buffer.fill(0, offset, offset + 40);
  buffer.writeUInt32LE(value.slot, offset);
  buffer.writeUInt32LE(value.flags, offset + 4);
  buffer.writeBigUInt64LE(value.epoch, offset + 8);
  buffer.writeUInt32LE(value.defaultCookie[0]!, offset + 16);
  buffer.writeUInt32LE(value.defaultCookie[1]!, offset + 20);
  buffer.writeUInt32LE(value.stagedSlot, offset + 24);
  buffer.writeUInt32LE(value.stagedDefaultCookie[0]!, offset + 28);
  buffer.writeUInt32LE(value.stagedDefaultCookie[1]!, offset + 32);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodePolicyClassValue(buffer: Buffer, offset = 0): PolicyClassValue {
  room(buffer, offset, 40, 'policy_class_value');
  return {
    slot: buffer.readUInt32LE(offset),
    flags: buffer.readUInt32LE(offset + 4),
    epoch: buffer.readBigUInt64LE(offset + 8),
    defaultCookie: [buffer.readUInt32LE(offset + 16), buffer.readUInt32LE(offset + 20)],
    stagedSlot: buffer.readUInt32LE(offset + 24),
    stagedDefaultCookie: [buffer.readUInt32LE(offset + 28), buffer.readUInt32LE(offset + 32)],
  };
}

/** Size and offsets of struct infrastructure_key. */
export const infrastructure_key = { size: 24, offsets: { addr: 0, family: 16, port: 20, protocol: 22 } } as const;

/** struct infrastructure_key */
export interface InfrastructureKey {
  readonly addr: Uint8Array;
  readonly family: number;
  readonly port: number;
  readonly protocol: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeInfrastructureKey(value: InfrastructureKey, buffer: Buffer = Buffer.alloc(24), offset = 0): Buffer {
  room(buffer, offset, 24, 'infrastructure_key');
  buffer.fill(0, offset, offset + 24);
  putBytes(buffer, offset, value.addr, 16, 'addr');
  buffer.writeUInt32LE(value.family, offset + 16);
  buffer.writeUInt16BE(value.port, offset + 20);
  buffer.writeUInt8(value.protocol, offset + 22);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeInfrastructureKey(buffer: Buffer, offset = 0): InfrastructureKey {
  room(buffer, offset, 24, 'infrastructure_key');
  return {
    addr: buffer.subarray(offset, offset + 16),
    family: buffer.readUInt32LE(offset + 16),
    port: buffer.readUInt16BE(offset + 20),
    protocol: buffer.readUInt8(offset + 22),
  };
}

/** Size and offsets of struct ct4_key. */
export const ct4_key = { size: 16, offsets: { addr_a: 0, addr_b: 4, port_a: 8, port_b: 10, protocol: 12 } } as const;

/** struct ct4_key */
export interface Ct4Key {
  readonly addrA: number;
  readonly addrB: number;
  readonly portA: number;
  readonly portB: number;
  readonly protocol: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeCt4Key(value: Ct4Key, buffer: Buffer = Buffer.alloc(16), offset = 0): Buffer {
  room(buffer, offset, 16, 'ct4_key');
  buffer.fill(0, offset, offset + 16);
  buffer.writeUInt32BE(value.addrA, offset);
  buffer.writeUInt32BE(value.addrB, offset + 4);
  buffer.writeUInt16BE(value.portA, offset + 8);
  buffer.writeUInt16BE(value.portB, offset + 10);
  buffer.writeUInt8(value.protocol, offset + 12);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeCt4Key(buffer: Buffer, offset = 0): Ct4Key {
  room(buffer, offset, 16, 'ct4_key');
  return {
    addrA: buffer.readUInt32BE(offset),
    addrB: buffer.readUInt32BE(offset + 4),
    portA: buffer.readUInt16BE(offset + 8),
    portB: buffer.readUInt16BE(offset + 10),
    protocol: buffer.readUInt8(offset + 12),
  };
}

/** Size and offsets of struct ct6_key. */
export const ct6_key = { size: 40, offsets: { addr_a: 0, addr_b: 16, port_a: 32, port_b: 34, protocol: 36 } } as const;

/** struct ct6_key */
export interface Ct6Key {
  readonly addrA: Uint8Array;
  readonly addrB: Uint8Array;
  readonly portA: number;
  readonly portB: number;
  readonly protocol: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeCt6Key(value: Ct6Key, buffer: Buffer = Buffer.alloc(40), offset = 0): Buffer {
  room(buffer, offset, 40, 'ct6_key');
  buffer.fill(0, offset, offset + 40);
  putBytes(buffer, offset, value.addrA, 16, 'addrA');
  putBytes(buffer, offset + 16, value.addrB, 16, 'addrB');
  buffer.writeUInt16BE(value.portA, offset + 32);
  buffer.writeUInt16BE(value.portB, offset + 34);
  buffer.writeUInt8(value.protocol, offset + 36);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeCt6Key(buffer: Buffer, offset = 0): Ct6Key {
  room(buffer, offset, 40, 'ct6_key');
  return {
    addrA: buffer.subarray(offset, offset + 16),
    addrB: buffer.subarray(offset + 16, offset + 32),
    portA: buffer.readUInt16BE(offset + 32),
    portB: buffer.readUInt16BE(offset + 34),
    protocol: buffer.readUInt8(offset + 36),
  };
}

/** Size and offsets of struct ct_side. */
export const ct_side = { size: 24, offsets: { epoch: 0, local_identity: 8, peer_identity: 12, cookie: 16, verdict: 20 } } as const;

/** struct ct_side */
export interface CtSide {
  readonly epoch: bigint;
  readonly localIdentity: number;
  readonly peerIdentity: number;
  readonly cookie: number;
  readonly verdict: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeCtSide(value: CtSide, buffer: Buffer = Buffer.alloc(24), offset = 0): Buffer {
  room(buffer, offset, 24, 'ct_side');
  buffer.fill(0, offset, offset + 24);
  buffer.writeBigUInt64LE(value.epoch, offset);
  buffer.writeUInt32LE(value.localIdentity, offset + 8);
  buffer.writeUInt32LE(value.peerIdentity, offset + 12);
  buffer.writeUInt32LE(value.cookie, offset + 16);
  buffer.writeUInt32LE(value.verdict, offset + 20);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeCtSide(buffer: Buffer, offset = 0): CtSide {
  room(buffer, offset, 24, 'ct_side');
  return {
    epoch: buffer.readBigUInt64LE(offset),
    localIdentity: buffer.readUInt32LE(offset + 8),
    peerIdentity: buffer.readUInt32LE(offset + 12),
    cookie: buffer.readUInt32LE(offset + 16),
    verdict: buffer.readUInt32LE(offset + 20),
  };
}

/** Size and offsets of struct ct_value. */
export const ct_value = { size: 64, offsets: { expires: 0, egress: 8, ingress: 32, flags: 56, charge: 60 } } as const;

/** struct ct_value */
export interface CtValue {
  readonly expires: bigint;
  readonly egress: CtSide;
  readonly ingress: CtSide;
  readonly flags: number;
  readonly charge: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeCtValue(value: CtValue, buffer: Buffer = Buffer.alloc(64), offset = 0): Buffer {
  room(buffer, offset, 64, 'ct_value');
  buffer.fill(0, offset, offset + 64);
  buffer.writeBigUInt64LE(value.expires, offset);
  encodeCtSide(value.egress, buffer, offset + 8);
  encodeCtSide(value.ingress, buffer, offset + 32);
  buffer.writeUInt32LE(value.flags, offset + 56);
  buffer.writeUInt32LE(value.charge, offset + 60);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeCtValue(buffer: Buffer, offset = 0): CtValue {
  room(buffer, offset, 64, 'ct_value');
  return {
    expires: buffer.readBigUInt64LE(offset),
    egress: decodeCtSide(buffer, offset + 8),
    ingress: decodeCtSide(buffer, offset + 32),
    flags: buffer.readUInt32LE(offset + 56),
    charge: buffer.readUInt32LE(offset + 60),
  };
}

/** Size and offsets of struct break_glass. */
export const break_glass = { size: 8, offsets: { until: 0 } } as const;

/** struct break_glass */
export interface BreakGlass {
  readonly until: bigint;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeBreakGlass(value: BreakGlass, buffer: Buffer = Buffer.alloc(8), offset = 0): Buffer {
  room(buffer, offset, 8, 'break_glass');
  buffer.fill(0, offset, offset + 8);
  buffer.writeBigUInt64LE(value.until, offset);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeBreakGlass(buffer: Buffer, offset = 0): BreakGlass {
  room(buffer, offset, 8, 'break_glass');
  return {
    until: buffer.readBigUInt64LE(offset),
  };
}

/** Size and offsets of struct half_open. */
export const half_open = { size: 36, offsets: { newest: 0, count: 4 } } as const;

/** struct half_open */
export interface HalfOpen {
  readonly newest: number;
  readonly count: readonly [number, number, number, number, number, number, number, number];
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeHalfOpen(value: HalfOpen, buffer: Buffer = Buffer.alloc(36), offset = 0): Buffer {
  room(buffer, offset, 36, 'half_open');
  buffer.fill(0, offset, offset + 36);
  buffer.writeUInt32LE(value.newest, offset);
  buffer.writeUInt32LE(value.count[0]!, offset + 4);
  buffer.writeUInt32LE(value.count[1]!, offset + 8);
  buffer.writeUInt32LE(value.count[2]!, offset + 12);
  buffer.writeUInt32LE(value.count[3]!, offset + 16);
  buffer.writeUInt32LE(value.count[4]!, offset + 20);
  buffer.writeUInt32LE(value.count[5]!, offset + 24);
  buffer.writeUInt32LE(value.count[6]!, offset + 28);
  buffer.writeUInt32LE(value.count[7]!, offset + 32);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeHalfOpen(buffer: Buffer, offset = 0): HalfOpen {
  room(buffer, offset, 36, 'half_open');
  return {
    newest: buffer.readUInt32LE(offset),
    count: [buffer.readUInt32LE(offset + 4), buffer.readUInt32LE(offset + 8), buffer.readUInt32LE(offset + 12), buffer.readUInt32LE(offset + 16), buffer.readUInt32LE(offset + 20), buffer.readUInt32LE(offset + 24), buffer.readUInt32LE(offset + 28), buffer.readUInt32LE(offset + 32)],
  };
}

/** Size and offsets of struct frag_key. */
export const frag_key = { size: 40, offsets: { src: 0, dst: 16, id: 32, protocol: 36, family: 37 } } as const;

/** struct frag_key */
export interface FragKey {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly id: number;
  readonly protocol: number;
  readonly family: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeFragKey(value: FragKey, buffer: Buffer = Buffer.alloc(40), offset = 0): Buffer {
  room(buffer, offset, 40, 'frag_key');
  buffer.fill(0, offset, offset + 40);
  putBytes(buffer, offset, value.src, 16, 'src');
  putBytes(buffer, offset + 16, value.dst, 16, 'dst');
  buffer.writeUInt32BE(value.id, offset + 32);
  buffer.writeUInt8(value.protocol, offset + 36);
  buffer.writeUInt8(value.family, offset + 37);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeFragKey(buffer: Buffer, offset = 0): FragKey {
  room(buffer, offset, 40, 'frag_key');
  return {
    src: buffer.subarray(offset, offset + 16),
    dst: buffer.subarray(offset + 16, offset + 32),
    id: buffer.readUInt32BE(offset + 32),
    protocol: buffer.readUInt8(offset + 36),
    family: buffer.readUInt8(offset + 37),
  };
}

/** Size and offsets of struct frag_value. */
export const frag_value = { size: 16, offsets: { expires: 0, sport: 8, dport: 10, first_len: 12, by_stack: 14 } } as const;

/** struct frag_value */
export interface FragValue {
  readonly expires: bigint;
  readonly sport: number;
  readonly dport: number;
  readonly firstLen: number;
  readonly byStack: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeFragValue(value: FragValue, buffer: Buffer = Buffer.alloc(16), offset = 0): Buffer {
  room(buffer, offset, 16, 'frag_value');
  buffer.fill(0, offset, offset + 16);
  buffer.writeBigUInt64LE(value.expires, offset);
  buffer.writeUInt16BE(value.sport, offset + 8);
  buffer.writeUInt16BE(value.dport, offset + 10);
  buffer.writeUInt16LE(value.firstLen, offset + 12);
  buffer.writeUInt16LE(value.byStack, offset + 14);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeFragValue(buffer: Buffer, offset = 0): FragValue {
  room(buffer, offset, 16, 'frag_value');
  return {
    expires: buffer.readBigUInt64LE(offset),
    sport: buffer.readUInt16BE(offset + 8),
    dport: buffer.readUInt16BE(offset + 10),
    firstLen: buffer.readUInt16LE(offset + 12),
    byStack: buffer.readUInt16LE(offset + 14),
  };
}

/** Size and offsets of struct config. */
export const config = { size: 96, offsets: { flags: 0, vxlan_ifindex: 4, underlay_ifindex: 8, tunnel_port: 12, node4: 16, node6: 32, ct_tcp_established: 48, ct_tcp_syn: 56, ct_tcp_closing: 64, ct_other: 72, host_mark: 80, host_mark_mask: 84, flow_sample: 88, mtu: 92 } } as const;

/** struct config */
export interface Config {
  readonly flags: number;
  readonly vxlanIfindex: number;
  readonly underlayIfindex: number;
  readonly tunnelPort: number;
  readonly node4: Uint8Array;
  readonly node6: Uint8Array;
  readonly ctTcpEstablished: bigint;
  readonly ctTcpSyn: bigint;
  readonly ctTcpClosing: bigint;
  readonly ctOther: bigint;
  readonly hostMark: number;
  readonly hostMarkMask: number;
  readonly flowSample: number;
  readonly mtu: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeConfig(value: Config, buffer: Buffer = Buffer.alloc(96), offset = 0): Buffer {
  room(buffer, offset, 96, 'config');
  buffer.fill(0, offset, offset + 96);
  buffer.writeUInt32LE(value.flags, offset);
  buffer.writeUInt32LE(value.vxlanIfindex, offset + 4);
  buffer.writeUInt32LE(value.underlayIfindex, offset + 8);
  buffer.writeUInt16BE(value.tunnelPort, offset + 12);
  putBytes(buffer, offset + 16, value.node4, 16, 'node4');
  putBytes(buffer, offset + 32, value.node6, 16, 'node6');
  buffer.writeBigUInt64LE(value.ctTcpEstablished, offset + 48);
  buffer.writeBigUInt64LE(value.ctTcpSyn, offset + 56);
  buffer.writeBigUInt64LE(value.ctTcpClosing, offset + 64);
  buffer.writeBigUInt64LE(value.ctOther, offset + 72);
  buffer.writeUInt32LE(value.hostMark, offset + 80);
  buffer.writeUInt32LE(value.hostMarkMask, offset + 84);
  buffer.writeUInt32LE(value.flowSample, offset + 88);
  buffer.writeUInt32LE(value.mtu, offset + 92);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeConfig(buffer: Buffer, offset = 0): Config {
  room(buffer, offset, 96, 'config');
  return {
    flags: buffer.readUInt32LE(offset),
    vxlanIfindex: buffer.readUInt32LE(offset + 4),
    underlayIfindex: buffer.readUInt32LE(offset + 8),
    tunnelPort: buffer.readUInt16BE(offset + 12),
    node4: buffer.subarray(offset + 16, offset + 32),
    node6: buffer.subarray(offset + 32, offset + 48),
    ctTcpEstablished: buffer.readBigUInt64LE(offset + 48),
    ctTcpSyn: buffer.readBigUInt64LE(offset + 56),
    ctTcpClosing: buffer.readBigUInt64LE(offset + 64),
    ctOther: buffer.readBigUInt64LE(offset + 72),
    hostMark: buffer.readUInt32LE(offset + 80),
    hostMarkMask: buffer.readUInt32LE(offset + 84),
    flowSample: buffer.readUInt32LE(offset + 88),
    mtu: buffer.readUInt32LE(offset + 92),
  };
}

/** Size and offsets of struct metrics_value. */
export const metrics_value = { size: 16, offsets: { packets: 0, bytes: 8 } } as const;

/** struct metrics_value */
export interface MetricsValue {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeMetricsValue(value: MetricsValue, buffer: Buffer = Buffer.alloc(16), offset = 0): Buffer {
  room(buffer, offset, 16, 'metrics_value');
  buffer.fill(0, offset, offset + 16);
  buffer.writeBigUInt64LE(value.packets, offset);
  buffer.writeBigUInt64LE(value.bytes, offset + 8);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeMetricsValue(buffer: Buffer, offset = 0): MetricsValue {
  room(buffer, offset, 16, 'metrics_value');
  return {
    packets: buffer.readBigUInt64LE(offset),
    bytes: buffer.readBigUInt64LE(offset + 8),
  };
}

/** Size and offsets of struct flow_event. */
export const flow_event = { size: 88, offsets: { time: 0, epoch: 8, src: 16, dst: 32, src_identity: 48, dst_identity: 52, cookie: 56, ifindex: 60, endpoint_id: 64, length: 68, sport: 72, dport: 74, type: 76, verdict: 77, reason: 78, hook: 79, family: 80, protocol: 81, tcp_flags: 82, flags: 83 } } as const;

/** struct flow_event */
export interface FlowEvent {
  readonly time: bigint;
  readonly epoch: bigint;
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly srcIdentity: number;
  readonly dstIdentity: number;
  readonly cookie: number;
  readonly ifindex: number;
  readonly endpointId: number;
  readonly length: number;
  readonly sport: number;
  readonly dport: number;
  readonly type: number;
  readonly verdict: number;
  readonly reason: number;
  readonly hook: number;
  readonly family: number;
  readonly protocol: number;
  readonly tcpFlags: number;
  readonly flags: number;
}

/** Writes it into `buffer` at `offset`, or into a new one. RangeError where a number or a length does not fit. */
export function encodeFlowEvent(value: FlowEvent, buffer: Buffer = Buffer.alloc(88), offset = 0): Buffer {
  room(buffer, offset, 88, 'flow_event');
  buffer.fill(0, offset, offset + 88);
  buffer.writeBigUInt64LE(value.time, offset);
  buffer.writeBigUInt64LE(value.epoch, offset + 8);
  putBytes(buffer, offset + 16, value.src, 16, 'src');
  putBytes(buffer, offset + 32, value.dst, 16, 'dst');
  buffer.writeUInt32LE(value.srcIdentity, offset + 48);
  buffer.writeUInt32LE(value.dstIdentity, offset + 52);
  buffer.writeUInt32LE(value.cookie, offset + 56);
  buffer.writeUInt32LE(value.ifindex, offset + 60);
  buffer.writeUInt32LE(value.endpointId, offset + 64);
  buffer.writeUInt32LE(value.length, offset + 68);
  buffer.writeUInt16BE(value.sport, offset + 72);
  buffer.writeUInt16BE(value.dport, offset + 74);
  buffer.writeUInt8(value.type, offset + 76);
  buffer.writeUInt8(value.verdict, offset + 77);
  buffer.writeUInt8(value.reason, offset + 78);
  buffer.writeUInt8(value.hook, offset + 79);
  buffer.writeUInt8(value.family, offset + 80);
  buffer.writeUInt8(value.protocol, offset + 81);
  buffer.writeUInt8(value.tcpFlags, offset + 82);
  buffer.writeUInt8(value.flags, offset + 83);
  return buffer;
}

/** Reads it at `offset`. RangeError where the buffer is too short. */
export function decodeFlowEvent(buffer: Buffer, offset = 0): FlowEvent {
  room(buffer, offset, 88, 'flow_event');
  return {
    time: buffer.readBigUInt64LE(offset),
    epoch: buffer.readBigUInt64LE(offset + 8),
    src: buffer.subarray(offset + 16, offset + 32),
    dst: buffer.subarray(offset + 32, offset + 48),
    srcIdentity: buffer.readUInt32LE(offset + 48),
    dstIdentity: buffer.readUInt32LE(offset + 52),
    cookie: buffer.readUInt32LE(offset + 56),
    ifindex: buffer.readUInt32LE(offset + 60),
    endpointId: buffer.readUInt32LE(offset + 64),
    length: buffer.readUInt32LE(offset + 68),
    sport: buffer.readUInt16BE(offset + 72),
    dport: buffer.readUInt16BE(offset + 74),
    type: buffer.readUInt8(offset + 76),
    verdict: buffer.readUInt8(offset + 77),
    reason: buffer.readUInt8(offset + 78),
    hook: buffer.readUInt8(offset + 79),
    family: buffer.readUInt8(offset + 80),
    protocol: buffer.readUInt8(offset + 81),
    tcpFlags: buffer.readUInt8(offset + 82),
    flags: buffer.readUInt8(offset + 83),
  };
}

/** Where the fields of each struct lie: name, offset and size in bytes. */
export const FIELDS: Readonly<
  Record<string, { readonly size: number; readonly fields: readonly (readonly [string, number, number])[] }>
> = {
  endpoint_key: { size: 20, fields: [["addr",0,16], ["family",16,4]] },
  endpoint_value: { size: 32, fields: [["ifindex",0,4], ["endpoint_id",4,4], ["identity",8,4], ["policy_class",12,4], ["flags",16,4], ["mac",20,6], ["host_mac",26,6]] },
  interface_value: { size: 96, fields: [["addr4",0,16], ["addr6",16,16], ["gateway4",32,16], ["gateway6",48,16], ["endpoint.ifindex",64,4], ["endpoint.endpoint_id",68,4], ["endpoint.identity",72,4], ["endpoint.policy_class",76,4], ["endpoint.flags",80,4], ["endpoint.mac",84,6], ["endpoint.host_mac",90,6]] },
  ipcache_key: { size: 24, fields: [["prefixlen",0,4], ["family",4,4], ["addr",8,16]] },
  ipcache_value: { size: 28, fields: [["identity",0,4], ["flags",4,4], ["tunnel",8,16], ["encrypt_key",24,4]] },
  policy_key: { size: 12, fields: [["prefixlen",0,4], ["identity",4,4], ["direction",8,1], ["protocol",9,1], ["port",10,2]] },
  policy_entry: { size: 12, fields: [["precedence",0,4], ["cookie",4,4], ["rule_set",8,2], ["verdict",10,1], ["auth",11,1]] },
  policy_class_value: { size: 40, fields: [["slot",0,4], ["flags",4,4], ["epoch",8,8], ["default_cookie",16,8], ["staged_slot",24,4], ["staged_default_cookie",28,8]] },
  infrastructure_key: { size: 24, fields: [["addr",0,16], ["family",16,4], ["port",20,2], ["protocol",22,1]] },
  ct4_key: { size: 16, fields: [["addr_a",0,4], ["addr_b",4,4], ["port_a",8,2], ["port_b",10,2], ["protocol",12,1]] },
  ct6_key: { size: 40, fields: [["addr_a",0,16], ["addr_b",16,16], ["port_a",32,2], ["port_b",34,2], ["protocol",36,1]] },
  ct_side: { size: 24, fields: [["epoch",0,8], ["local_identity",8,4], ["peer_identity",12,4], ["cookie",16,4], ["verdict",20,4]] },
  ct_value: { size: 64, fields: [["expires",0,8], ["egress.epoch",8,8], ["egress.local_identity",16,4], ["egress.peer_identity",20,4], ["egress.cookie",24,4], ["egress.verdict",28,4], ["ingress.epoch",32,8], ["ingress.local_identity",40,4], ["ingress.peer_identity",44,4], ["ingress.cookie",48,4], ["ingress.verdict",52,4], ["flags",56,4], ["charge",60,4]] },
  break_glass: { size: 8, fields: [["until",0,8]] },
  half_open: { size: 36, fields: [["newest",0,4], ["count",4,32]] },
  frag_key: { size: 40, fields: [["src",0,16], ["dst",16,16], ["id",32,4], ["protocol",36,1], ["family",37,1]] },
  frag_value: { size: 16, fields: [["expires",0,8], ["sport",8,2], ["dport",10,2], ["first_len",12,2], ["by_stack",14,2]] },
  config: { size: 96, fields: [["flags",0,4], ["vxlan_ifindex",4,4], ["underlay_ifindex",8,4], ["tunnel_port",12,2], ["node4",16,16], ["node6",32,16], ["ct_tcp_established",48,8], ["ct_tcp_syn",56,8], ["ct_tcp_closing",64,8], ["ct_other",72,8], ["host_mark",80,4], ["host_mark_mask",84,4], ["flow_sample",88,4], ["mtu",92,4]] },
  metrics_value: { size: 16, fields: [["packets",0,8], ["bytes",8,8]] },
  flow_event: { size: 88, fields: [["time",0,8], ["epoch",8,8], ["src",16,16], ["dst",32,16], ["src_identity",48,4], ["dst_identity",52,4], ["cookie",56,4], ["ifindex",60,4], ["endpoint_id",64,4], ["length",68,4], ["sport",72,2], ["dport",74,2], ["type",76,1], ["verdict",77,1], ["reason",78,1], ["hook",79,1], ["family",80,1], ["protocol",81,1], ["tcp_flags",82,1], ["flags",83,1]] },
};
