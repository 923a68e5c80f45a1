import type { PolicyMapEntry } from '../types.js';
import type { PortRange } from '../normal/form.js';

/**
 * The protocol and port part of a map key as one number: 0 is any protocol; otherwise protocol, then the number of port bits
 * plus one, then the port. Shorter prefixes of one protocol have smaller numbers.
 */
export type KeyCode = number;

export const ANY_KEY: KeyCode = 0;

/** The code of a protocol (not 0) and the first `bits` bits of a port. */
export function keyCode(protocol: number, port: number, bits: number): KeyCode {
  return (protocol << 21) | ((bits + 1) << 16) | port;
}

/** The code of an entry's key. */
export function codeOf(entry: Pick<PolicyMapEntry, 'protocol' | 'port' | 'portBits'>): KeyCode {
  return entry.protocol === 0 ? ANY_KEY : keyCode(entry.protocol, entry.port, entry.portBits);
}

export function keyParts(code: KeyCode): { protocol: number; port: number; portBits: number } {
  if (code === ANY_KEY) return { protocol: 0, port: 0, portBits: 0 };
  return { protocol: code >>> 21, port: code & 0xffff, portBits: ((code >>> 16) & 0x1f) - 1 };
}

/** Length of the key's prefix after the identity: what a longer match means. */
export function keyLength(code: KeyCode): number {
  return code === ANY_KEY ? 0 : 8 + ((code >>> 16) & 0x1f) - 1;
}

function mask(bits: number): number {
  return (0xffff << (16 - bits)) & 0xffff;
}

const coveringCache = new Map<KeyCode, readonly KeyCode[]>();

/** All keys that cover this one, itself first, then shorter and shorter, any protocol last. */
export function covering(code: KeyCode): readonly KeyCode[] {
  const cached = coveringCache.get(code);
  if (cached) return cached;
  const codes: KeyCode[] = [];
  if (code !== ANY_KEY) {
    const { protocol, port, portBits } = keyParts(code);
    for (let bits = portBits; bits >= 0; bits--) codes.push(keyCode(protocol, port & mask(bits), bits));
  }
  codes.push(ANY_KEY);
  if (coveringCache.size > 100_000) coveringCache.clear(); // bounded: ports of long-gone policies
  coveringCache.set(code, codes);
  return codes;
}

/** The fewest keys that together are exactly a range of ports. */
export function rangeKeys(range: PortRange): KeyCode[] {
  if (range.protocol === 0) return [ANY_KEY];
  const codes: KeyCode[] = [];
  let at = range.first;
  while (at <= range.last) {
    let size = at === 0 ? 65536 : at & -at;
    while (at + size - 1 > range.last) size >>>= 1;
    codes.push(keyCode(range.protocol, at, 16 - Math.log2(size)));
    at += size;
  }
  return codes;
}
