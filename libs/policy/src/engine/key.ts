import type { Direction, PolicyMapEntry } from '../types.js';
import type { PortRange } from '../normal/form.js';

/**
 * The protocol and port part of a map key as one number: 0 is any protocol; otherwise protocol, then the port, then the number
 * of port bits plus one. In the order of these numbers a key stands after all that cover it, and before all that it covers.
 */
export type KeyCode = number;

export const ANY_KEY: KeyCode = 0;

/** The code of a protocol (not 0) and the first `bits` bits of a port. */
export function keyCode(protocol: number, port: number, bits: number): KeyCode {
  return (protocol << 21) | (port << 5) | (bits + 1);
}

/** The code of an entry's key. */
export function codeOf(entry: Pick<PolicyMapEntry, 'protocol' | 'port' | 'portBits'>): KeyCode {
  return entry.protocol === 0 ? ANY_KEY : keyCode(entry.protocol, entry.port, entry.portBits);
}

export function keyParts(code: KeyCode): { protocol: number; port: number; portBits: number } {
  if (code === ANY_KEY) return { protocol: 0, port: 0, portBits: 0 };
  return { protocol: code >>> 21, port: (code >>> 5) & 0xffff, portBits: (code & 0x1f) - 1 };
}

/** The entry of a peer that says something of a key. */
export function entryOf(
  identity: number,
  direction: Direction,
  code: KeyCode,
  { deny, precedence, provenance }: Pick<PolicyMapEntry, 'deny' | 'precedence' | 'provenance'>,
): PolicyMapEntry {
  const bits = code & 0x1f;
  return {
    identity,
    direction,
    protocol: code >>> 21,
    port: (code >>> 5) & 0xffff,
    portBits: bits === 0 ? 0 : bits - 1,
    deny,
    precedence,
    provenance,
  };
}

/** Whether every packet of the key `inner` is one of the key `outer`. */
export function covers(outer: KeyCode, inner: KeyCode): boolean {
  if (outer === ANY_KEY) return true;
  if (outer >>> 21 !== inner >>> 21) return false;
  const bits = (outer & 0x1f) - 1;
  return bits <= (inner & 0x1f) - 1 && ((outer ^ inner) >>> 5) >>> (16 - bits) === 0;
}

/** For each of some sorted keys the place of the longest other one that covers it; -1 where there is none. */
export function parentsOf(codes: readonly KeyCode[]): Int32Array {
  const parents = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    let at = i - 1;
    while (at >= 0 && !covers(codes[at]!, codes[i]!)) at = parents[at]!;
    parents[i] = at;
  }
  return parents;
}

/** Where among sorted keys the last one stands that is not after this one; -1 where there is none. */
export function lastUpTo(codes: readonly KeyCode[], code: KeyCode): number {
  let low = 0;
  let high = codes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (codes[middle]! <= code) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where among sorted keys the longest one stands that covers this key, itself included; -1 where there is none. */
export function longest(codes: readonly KeyCode[], parents: Int32Array, code: KeyCode): number {
  let at = lastUpTo(codes, code);
  while (at >= 0 && !covers(codes[at]!, code)) at = parents[at]!;
  return at;
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

/** The ports of a key. */
export function rangeOf(code: KeyCode): PortRange {
  const { protocol, port, portBits } = keyParts(code);
  return { protocol, first: port, last: port + 2 ** (16 - portBits) - 1 };
}

/** The fewest keys that together are exactly these ranges, which may overlap or touch. */
export function unionKeys(ranges: readonly PortRange[]): KeyCode[] {
  if (ranges.length === 1) return rangeKeys(ranges[0]!);
  if (ranges.some((r) => r.protocol === 0)) return [ANY_KEY];
  const sorted = [...ranges].sort((a, b) => a.protocol - b.protocol || a.first - b.first);
  const joined: PortRange[] = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    if (last?.protocol === next.protocol && next.first <= last.last + 1)
      joined[joined.length - 1] = { ...last, last: Math.max(last.last, next.last) };
    else joined.push(next);
  }
  return joined.flatMap(rangeKeys);
}
