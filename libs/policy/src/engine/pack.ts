import type { PolicyMapEntry, Provenance } from '../types.js';

const KEY_BYTES = 12;
const VALUE_BYTES = 12;
/** Key bits before protocol and port: identity and direction. */
const PREFIX_ANY = 40;
const [ALLOW, DENY] = [1, 2];

/** Entries as the kernel's inner map has them: bpf/lib/types.h policy_key and policy_entry, one after the other. */
export interface PackedEntries {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}

/** Packs entries in the byte order of the machine (little endian) and of the network where the layout says so. */
export function packEntries(
  entries: readonly PolicyMapEntry[],
  cookieOf: (provenance: Provenance) => number,
): PackedEntries {
  const keys = new Uint8Array(entries.length * KEY_BYTES);
  const values = new Uint8Array(entries.length * VALUE_BYTES);
  const key = new DataView(keys.buffer);
  const value = new DataView(values.buffer);
  let at = 0;
  for (const { identity, direction, protocol, port, portBits, deny, precedence, provenance } of entries) {
    key.setUint32(at, protocol === 0 ? PREFIX_ANY : PREFIX_ANY + 8 + portBits, true);
    key.setUint32(at + 4, identity);
    key.setUint8(at + 8, direction === 'ingress' ? 1 : 0);
    key.setUint8(at + 9, protocol);
    key.setUint16(at + 10, port);
    value.setUint32(at, precedence, true);
    value.setUint32(at + 4, cookieOf(provenance), true);
    value.setUint8(at + 10, deny ? DENY : ALLOW);
    at += KEY_BYTES;
  }
  return { keys, values };
}
