import type { Family } from './address.js';

/** Flags of bpf/lib/types.h, by the same numbers. */
export const EndpointFlag = { redirectPeer: 1, ready: 4 } as const;
export const IpcacheFlag = { tunnel: 1, node: 2, tunnel6: 4 } as const;
export const ClassFlag = { lockdown: 1, writing: 2, staged: 4 } as const;
export const ConfigFlag = { tunnel: 1, flows: 4, foreignNext: 16 } as const;
export const Verdict = { none: 0, allow: 1, deny: 2 } as const;

/** Identity numbers of bpf/lib/types.h `sluice_identity`. */
export const ReservedIdentity = {
  any: 0,
  host: 1,
  world: 2,
  unmanaged: 3,
  health: 4,
  init: 5,
  remoteNode: 6,
  kubeApiserver: 7,
  ingress: 8,
  worldIpv4: 9,
  worldIpv6: 10,
  unknown: 11,
  cluster: 12,
} as const;
export const CIDR_FLAG = 1 << 24;
/** One remote node by itself: bit 25 and its node id. */
export const NODE_FLAG = 1 << 25;

/** A local workload as the data path knows it. */
export interface EndpointEntry {
  readonly ifindex: number;
  readonly endpointId: number;
  readonly identity: number;
  readonly policyClass: number;
  readonly flags: number;
  readonly mac: string;
  readonly hostMac: string;
}

/** What a packet entering at an interface may claim to be. Addresses null: it has none of that family. */
export interface InterfaceEntry {
  readonly address4: string | null;
  readonly address6: string | null;
  readonly gateway4: string | null;
  readonly gateway6: string | null;
  readonly endpoint: EndpointEntry;
}

export interface IpcacheEntry {
  readonly identity: number;
  readonly flags: number;
  readonly tunnel: string | null;
  readonly encryptKey: number;
}

export interface PolicyClassEntry {
  readonly slot: number;
  readonly flags: number;
  readonly epoch: bigint;
  /** Cookies of "nothing matched": egress, ingress. */
  readonly defaultCookies: readonly [number, number];
  /** With the flag `staged`: where enforced and staged policies together stand. */
  readonly stagedSlot: number;
  readonly stagedDefaultCookies: readonly [number, number];
}

/** A port that no host policy closes. Port and protocol 0: a machine that such a service runs on. */
export interface InfrastructureEntry {
  readonly address: string;
  readonly port: number;
  readonly protocol: number;
}

/** One entry of an inner policy map; `port` with `portBits` leading bits, protocol 0 any. */
export interface PolicyEntry {
  readonly identity: number;
  readonly direction: 'egress' | 'ingress';
  readonly protocol: number;
  readonly port: number;
  readonly portBits: number;
  readonly deny: boolean;
  readonly precedence: number;
  readonly cookie: number;
  readonly ruleSet: number;
  readonly auth: number;
}

export interface DatapathConfig {
  readonly flags: number;
  readonly vxlanIfindex: number;
  readonly underlayIfindex: number;
  readonly tunnelPort: number;
  readonly node4: string | null;
  readonly node6: string | null;
  /** Lifetimes in seconds. */
  readonly tcpEstablished: number;
  readonly tcpSyn: number;
  readonly tcpClosing: number;
  readonly other: number;
  readonly hostMark: number;
  readonly hostMarkMask: number;
  readonly flowSample: number;
  /** L3 bytes that a packet to another node may have; 0: not checked. */
  readonly mtu: number;
}

/** One event, as libs/flows `RawFlow` has it. */
export interface FlowEvent {
  readonly time: bigint;
  readonly epoch: bigint;
  readonly source: string;
  readonly destination: string;
  readonly sourceIdentity: number;
  readonly destinationIdentity: number;
  readonly cookie: number;
  readonly ifindex: number;
  readonly endpointId: number;
  readonly length: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly type: number;
  readonly verdict: number;
  readonly reason: number;
  readonly hook: number;
  readonly family: Family | 0;
  readonly protocol: number;
  readonly tcpFlags: number;
  readonly flags: number;
}
