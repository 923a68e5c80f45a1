import type { Labels } from './types.js';
import { makeLabels } from './label.js';

/** Numbers with a fixed meaning: bpf/lib/types.h `sluice_identity`. */
export const IDENTITY = Object.freeze({
  ANY: 0,
  HOST: 1,
  WORLD: 2,
  UNMANAGED: 3,
  HEALTH: 4,
  INIT: 5,
  REMOTE_NODE: 6,
  KUBE_APISERVER: 7,
  INGRESS: 8,
  WORLD_IPV4: 9,
  WORLD_IPV6: 10,
  UNKNOWN: 11,
  /** Only as the class of a peer in a policy entry. */
  CLUSTER: 12,
  CLUSTER_MIN: 256,
  CLUSTER_MAX: 0xffffff,
  CIDR_FLAG: 0x1000000,
});

/** Address families as the data path writes them. */
export type Family = 4 | 6;

const NAMES: readonly (readonly [number, string])[] = [
  [IDENTITY.HOST, 'host'],
  [IDENTITY.WORLD, 'world'],
  [IDENTITY.UNMANAGED, 'unmanaged'],
  [IDENTITY.HEALTH, 'health'],
  [IDENTITY.INIT, 'init'],
  [IDENTITY.REMOTE_NODE, 'remote-node'],
  [IDENTITY.KUBE_APISERVER, 'kube-apiserver'],
  [IDENTITY.INGRESS, 'ingress'],
  [IDENTITY.WORLD_IPV4, 'world-ipv4'],
  [IDENTITY.WORLD_IPV6, 'world-ipv6'],
  [IDENTITY.UNKNOWN, 'unknown'],
  [IDENTITY.CLUSTER, 'cluster'],
];
const nameOf = new Map(NAMES);
const numberOf = new Map(NAMES.map(([id, name]) => [name, id]));

/** The reserved identities that an address can have, in order of their numbers (without the class `cluster`). */
export const RESERVED_IDENTITIES: readonly number[] = NAMES.map(([id]) => id).filter(
  (id) => id !== IDENTITY.CLUSTER,
);

/** `host` for 1 and so on; null where the number is not reserved. */
export function reservedName(identity: number): string | null {
  return nameOf.get(identity) ?? null;
}

/** 1 for `host` and so on; null for an unknown name. */
export function reservedIdentity(name: string): number | null {
  return numberOf.get(name) ?? null;
}

/** The labels of a reserved identity, e.g. `reserved:host`; empty for any other number. */
export function reservedLabels(identity: number): Labels {
  const name = identity === IDENTITY.CLUSTER ? null : reservedName(identity);
  return name === null ? [] : makeLabels([{ source: 'reserved', key: name, value: '' }]);
}

/** A number below 256: its meaning is fixed. */
export function isReserved(identity: number): boolean {
  return identity > 0 && identity < IDENTITY.CLUSTER_MIN;
}

/** A number that the control plane gave to a set of labels. */
export function isCluster(identity: number): boolean {
  return identity >= IDENTITY.CLUSTER_MIN && identity <= IDENTITY.CLUSTER_MAX;
}

/** A prefix's number: local to its node. */
export function isCidr(identity: number): boolean {
  return identity >= IDENTITY.CIDR_FLAG && identity < IDENTITY.CIDR_FLAG * 2;
}

/** World of a family. */
export function worldOf(family: Family): number {
  return family === 4 ? IDENTITY.WORLD_IPV4 : IDENTITY.WORLD_IPV6;
}

/** The second number that a policy map is asked for (bpf/lib/identity.h `class_of`); 0 where a peer has no class. */
export function peerClass(identity: number, family: Family): number {
  if (isCluster(identity)) return IDENTITY.CLUSTER;
  if (isCidr(identity) || identity === IDENTITY.WORLD || identity === worldOf(family)) return worldOf(family);
  return 0;
}
