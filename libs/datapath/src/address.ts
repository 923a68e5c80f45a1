import ipaddr from 'ipaddr.js';
import { DatapathError } from './errors.js';

export type Family = 4 | 6;

/** An address as maps have it: 16 bytes in network order, IPv4 in the first four. */
export interface PackedAddress {
  readonly family: Family;
  readonly bytes: Buffer;
}
export interface PackedPrefix extends PackedAddress {
  /** Bits of the address, 0..32 or 0..128. */
  readonly length: number;
}

/**
 * Parses `198.18.0.1` or `fd00::1`. Zones, ports and IPv4 in short forms are refused with BAD_ADDRESS. The answer is shared:
 * its bytes are not to be written to.
 */
export function parseAddress(text: string): PackedAddress {
  return text.includes('/') ? readAddress(text) : parsePrefix(text);
}

function readAddress(text: string): PackedAddress {
  const bytes = Buffer.alloc(16);
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    bytes.set(ipaddr.IPv4.parse(text).toByteArray());
    return { family: 4, bytes };
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) {
    throw new DatapathError('BAD_ADDRESS', `${JSON.stringify(text)} is no IP address`);
  }
  bytes.set(ipaddr.IPv6.parse(text).toByteArray());
  return { family: 6, bytes };
}

/** Prefixes parsed lately: the same thousands come again with each pass over the maps. */
const known = new Map<string, PackedPrefix>();
const KNOWN_LIMIT = 65_536;

/**
 * Parses `198.18.0.0/16`; bits beyond the length are cleared. An address without a length is a host prefix. The answer is
 * shared: its bytes are not to be written to.
 */
export function parsePrefix(text: string): PackedPrefix {
  let prefix = known.get(text);
  if (prefix) return prefix;
  prefix = readPrefix(text);
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(text, prefix);
  return prefix;
}

function readPrefix(text: string): PackedPrefix {
  const slash = text.indexOf('/');
  const address = readAddress(slash < 0 ? text : text.slice(0, slash));
  const width = address.family === 4 ? 32 : 128;
  const digits = slash < 0 ? String(width) : text.slice(slash + 1);
  const length = /^\d{1,3}$/.test(digits) ? Number(digits) : NaN;
  if (!(length <= width)) throw new DatapathError('BAD_ADDRESS', `${JSON.stringify(text)} is no IP prefix`);
  for (let bit = length; bit < width; bit++) address.bytes[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return { ...address, length };
}

/** Text of an address in its shortest usual form. */
export function formatAddress(family: Family, bytes: Uint8Array): string {
  if (family === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  return new ipaddr.IPv6([...bytes.subarray(0, 16)]).toRFC5952String();
}

/** The same address in the one spelling that the rest of Sluice compares. */
export function canonicalAddress(text: string): string {
  const { family, bytes } = parseAddress(text);
  return formatAddress(family, bytes);
}

/** The same prefix with its host bits cleared, always with a length. */
export function canonicalPrefix(text: string): string {
  const { family, bytes, length } = parsePrefix(text);
  return `${formatAddress(family, bytes)}/${length}`;
}

/** `02:00:…` to six bytes. */
export function parseMac(text: string): Buffer {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text))
    throw new DatapathError('BAD_ADDRESS', `${text} is no MAC address`);
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

/** Six bytes to `02:00:…`. */
export function formatMac(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Whether `outer` contains all of `inner`. */
export function covers(outer: PackedPrefix, inner: PackedPrefix): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const whole = outer.length >> 3;
  if (outer.bytes.compare(inner.bytes, 0, whole, 0, whole) !== 0) return false;
  const rest = outer.length & 7;
  return rest === 0 || ((outer.bytes[whole]! ^ inner.bytes[whole]!) & (0xff << (8 - rest)) & 0xff) === 0;
}
