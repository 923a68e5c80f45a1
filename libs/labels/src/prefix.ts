import ipaddr from 'ipaddr.js';
import { LabelError } from './errors.js';
import { reservedLabels, worldOf, type Family } from './identity.js';
import { makeLabels } from './label.js';
import type { Label, Labels } from './types.js';

/** A network prefix with its host bits cleared. `text` is canonical (RFC 5952 for IPv6): equal prefixes have equal texts. */
export interface Prefix {
  readonly family: Family;
  readonly bits: number;
  readonly bytes: readonly number[];
  readonly text: string;
}

// ipaddr.js reads 10.1, 0x0a.1 and octal numbers too; what a reader takes for 10.0.0.8 must not be 8.0.0.8.
const IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;
const BITS = /^(0|[1-9]\d{0,2})$/;

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (IPV4.test(text)) return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : null;
  if (!text.includes(':') || text.includes('%') || text.includes('[') || !ipaddr.IPv6.isValid(text))
    return null;
  return ipaddr.IPv6.parse(text);
}

/**
 * Reads `198.18.0.0/15`, `fd00:198::/32` or an address (then it is the prefix of that address alone). Host bits are cleared.
 * Throws LabelError for anything else, for a length out of range and for IPv4 written as IPv6 (`::ffff:0:0/96`).
 */
export function parsePrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address)
    throw new LabelError(
      `${JSON.stringify(text)} is no address or prefix; write it like 198.18.0.0/15 or fd00::/8`,
    );
  const family: Family = address.kind() === 'ipv4' ? 4 : 6;
  const max = family === 4 ? 32 : 128;
  const length = slash < 0 ? String(max) : text.slice(slash + 1);
  if (!BITS.test(length) || Number(length) > max)
    throw new LabelError(`the length of prefix ${JSON.stringify(text)} must be a number from 0 to ${max}`);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    throw new LabelError(`${JSON.stringify(text)} is an IPv4 address in IPv6 form; write it as IPv4`);
  return prefixOf(address.toByteArray(), Number(length));
}

/** The prefix of the first `bits` bits of an address in network byte order (4 or 16 bytes). */
export function prefixOf(address: readonly number[], bits: number): Prefix {
  const bytes = address.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - i * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
  const family: Family = bytes.length === 4 ? 4 : 6;
  const shown = ipaddr.fromByteArray([...bytes]);
  return {
    family,
    bits,
    bytes,
    text: `${shown instanceof ipaddr.IPv6 ? shown.toRFC5952String() : shown.toString()}/${bits}`,
  };
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: Prefix, inner: Prefix): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  return prefixOf(inner.bytes, outer.bits).text === outer.text;
}

/** The label of a prefix: `cidr:198.18.0.0/15`. */
export function cidrLabel(prefix: Prefix): Label {
  return { source: 'cidr', key: prefix.text, value: '' };
}

/**
 * The labels of a prefix's identity: one for each of `named` that contains it, its own, and world of its family. A selector of
 * a prefix therefore meets the identities of all prefixes inside it.
 */
export function cidrLabels(prefix: Prefix, named: Iterable<Prefix>): Labels {
  const covering = [prefix, ...named].filter((p) => contains(p, prefix)).map(cidrLabel);
  return makeLabels([...covering, ...reservedLabels(worldOf(prefix.family))]);
}

/** The prefix that an identity with these labels stands for: the longest of its `cidr:` labels; null where it has none. */
export function prefixOfLabels(labels: Labels): Prefix | null {
  let best: Prefix | null = null;
  for (const label of labels) {
    if (label.source !== 'cidr') continue;
    const prefix = parsePrefix(label.key);
    if (!best || prefix.bits > best.bits) best = prefix;
  }
  return best;
}
